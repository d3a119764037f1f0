namespace FineTuneStudio.Application.Answers;

/// <summary>A message of a conversation in the making.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Text">What was said.</param>
public sealed record ChatTurn(string Role, string Text);
