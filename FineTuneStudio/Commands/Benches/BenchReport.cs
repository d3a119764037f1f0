namespace FineTuneStudio.Commands.Benches;

/// <summary>The figures of one area, as <c>bench AREA --json</c> prints them.</summary>
internal sealed record BenchReport(string Area, IReadOnlyList<BenchFigure> Figures);
