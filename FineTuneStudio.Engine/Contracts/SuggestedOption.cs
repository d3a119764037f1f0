namespace FineTuneStudio.Engine.Contracts;

/// <summary>A value that fits the data better than the catalog's default.</summary>
/// <param name="Path">JSON path in <see cref="RunSpecification"/>.</param>
/// <param name="Value">As text, as a person would type it.</param>
/// <param name="Reason">Why, in the data's own figures.</param>
/// <param name="Source">Where the rule is from.</param>
public sealed record SuggestedOption(string Path, string Value, string Reason, string Source);
