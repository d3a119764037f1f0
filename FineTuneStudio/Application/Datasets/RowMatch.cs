namespace FineTuneStudio.Application.Datasets;

/// <summary>Where a row says what was searched for.</summary>
/// <param name="Role">Who says it; empty in a bad row.</param>
/// <param name="Before">Text before it, clipped.</param>
/// <param name="Found">The text itself, as written there.</param>
/// <param name="After">Text behind it, clipped.</param>
public sealed record RowMatch(string Role, string Before, string Found, string After);
