namespace FineTuneStudio.Application.Datasets;

/// <summary>One message of a conversation, for reading.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">What is said.</param>
/// <param name="Reasoning">What was thought before, where it is written down.</param>
/// <param name="Calls">Tools that are called.</param>
/// <param name="Weight">How much it counts in the loss; 0 is only read.</param>
public sealed record MessageView(string Role, string Text, string Reasoning, IReadOnlyList<ToolCallView> Calls, float Weight);
