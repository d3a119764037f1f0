using FineTuneStudio.Application.Datasets;

namespace FineTuneStudio.Components.Pages.Datasets;

/// <summary>What of a dataset is looked at; all of it stands in the address, so that it can be sent to someone.</summary>
/// <param name="Row">Number of the opened row among all rows, from 0; <see langword="null"/> for none chosen.</param>
/// <param name="View">How it is opened.</param>
/// <param name="Filter">Which rows are listed.</param>
/// <param name="LongestFirst">Longest first instead of the order of the file.</param>
/// <param name="Search">What is searched for, or empty.</param>
public sealed record RowQuery(int? Row, RowViewKind View, RowFilter Filter, bool LongestFirst, string Search);
