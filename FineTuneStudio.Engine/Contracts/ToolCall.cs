namespace FineTuneStudio.Engine.Contracts;

/// <summary>A call of a tool that a model wrote.</summary>
/// <param name="Name">Of the function.</param>
/// <param name="Arguments">A JSON object, as text.</param>
public sealed record ToolCall(string Name, string Arguments)
{
    /// <summary>As one writes a call: <c>add({"a": 1})</c>.</summary>
    public override string ToString() => $"{Name}({Arguments})";
}
