namespace FineTuneStudio.Engine.Datasets;

/// <summary>A tool call in words.</summary>
/// <param name="Id">By which its answer refers to it.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON, as written.</param>
public sealed record ToolCallText(string Id, string Name, string Arguments);
