namespace FineTuneStudio.Engine.Contracts;

/// <summary>How often a kind of fault occurred, listed or not.</summary>
/// <param name="Kind">Which fault.</param>
/// <param name="Severity">Whether rows are lost by it.</param>
/// <param name="Count">Occurrences in the whole file.</param>
/// <param name="Listed">How many of them are in <see cref="DatasetReport.Faults"/>.</param>
public sealed record DatasetFaultCount(DatasetFaultKind Kind, FaultSeverity Severity, long Count, int Listed);
