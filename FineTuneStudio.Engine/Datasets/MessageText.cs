namespace FineTuneStudio.Engine.Datasets;

/// <summary>A message in words.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Text">What is said; empty where there are only tool calls.</param>
/// <param name="Reasoning">What was thought before, where it is written down.</param>
/// <param name="Calls">Tools that are called.</param>
public sealed record MessageText(string Role, string Text, string Reasoning, IReadOnlyList<ToolCallText> Calls)
{
    /// <summary>Every text of the message.</summary>
    public IEnumerable<string> Texts => [Reasoning, Text, .. Calls.SelectMany(call => new[] { call.Name, call.Arguments })];
}
