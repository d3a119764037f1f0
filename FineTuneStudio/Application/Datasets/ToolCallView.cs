namespace FineTuneStudio.Application.Datasets;

/// <summary>A tool call, for reading.</summary>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON, indented where it is JSON.</param>
public sealed record ToolCallView(string Name, string Arguments);
