namespace FineTuneStudio.Engine.Datasets.Search;

/// <summary>How far a search has come, and what it found since it last told.</summary>
/// <param name="Searched">Rows looked at, from the first one on.</param>
/// <param name="Rows">All rows.</param>
/// <param name="Found">Numbers of rows found since the last time, in order.</param>
public sealed record RowSearchProgress(int Searched, int Rows, IReadOnlyList<int> Found);
