namespace FineTuneStudio.Engine.Contracts;

/// <summary>One thing wrong in a dataset: where, what was found, what was expected, and the way out.</summary>
/// <param name="Kind">Which fault.</param>
/// <param name="Severity">Whether the row is lost by it.</param>
/// <param name="Line">Line in the (decompressed) file, from 1; 0 for the file as a whole.</param>
/// <param name="Row">Number of the row among all rows, good and bad, from 0; <see langword="null"/> outside rows.</param>
/// <param name="ByteOffset">Where in the (decompressed) file, from 0: the fault itself where it is known, else the row's start.</param>
/// <param name="Field">Path in the row as written, e.g. <c>messages[2].role</c>; empty for the whole row.</param>
/// <param name="Found">What is there.</param>
/// <param name="Expected">What should be there.</param>
/// <param name="Fix">The way out, in words.</param>
public sealed record DatasetFault(
    DatasetFaultKind Kind, FaultSeverity Severity, long Line, long? Row, long ByteOffset, string Field, string Found, string Expected, string Fix)
{
    /// <summary>The fault as one sentence or two, without its place.</summary>
    public string Describe() => $"Found {Found}; expected {Expected}. {Fix}";
}
