namespace FineTuneStudio.Engine.Contracts;

/// <summary>What a tool answered.</summary>
/// <param name="Text">As the model reads it.</param>
/// <param name="IsError">Whether the function raised, broke a limit or does not exist; the text says which.</param>
public sealed record ToolResult(string Text, bool IsError);
