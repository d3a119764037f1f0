namespace FineTuneStudio.Application.Graders;

/// <summary>Tools to begin with.</summary>
/// <param name="Id">Its name, the same in every version.</param>
/// <param name="Label">What it does, in a word.</param>
/// <param name="Why">When to take it.</param>
/// <param name="Source">Python.</param>
/// <param name="Call">A call to try it with.</param>
public sealed record ToolTemplate(string Id, string Label, string Why, string Source, string Call);
