namespace FineTuneStudio.Application.Datasets;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">What is said; tool calls as JSON.</param>
/// <param name="Learnt">Whether it is learnt.</param>
public sealed record MessageView(string Role, string Text, bool Learnt);
