namespace FineTuneStudio.Application.Datasets;

/// <summary>A search so far.</summary>
/// <param name="Searched">Rows looked at.</param>
/// <param name="Rows">Rows in all.</param>
/// <param name="Found">Rows found since the search last told, as numbers among all rows, in the order of the file.</param>
public sealed record RowSearchState(int Searched, int Rows, IReadOnlyList<int> Found);
