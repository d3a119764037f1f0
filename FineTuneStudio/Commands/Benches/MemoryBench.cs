using System.Globalization;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench memory</c>: what runs are said to take before they start, against what they take.</summary>
internal static class MemoryBench
{
    private const double GoalPercent = 15;

    public static BenchReport Run() => new("memory", [.. MemorySetUp.All.SelectMany(Figures)]);

    private static IEnumerable<BenchFigure> Figures(MemorySetUp setUp)
    {
        var folder = Directory.CreateTempSubdirectory("finetunestudio-bench-");
        try
        {
            MemoryBenchWorker.Prepare(setUp, folder.FullName);
            var measured = OwnProcess.Measure<MemoryMeasurement>(MemoryBenchWorker.Verb, setUp.Name, folder.FullName);
            var difference = (measured.Ratio - 1) * 100;

            // Each takes minutes.
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{setUp.Name}: {measured.PeakBytes / 1e6:F0} MB, estimate {difference:+0.0;-0.0} %"));
            return
            [
                new(setUp.Name, Math.Round(measured.PeakBytes / 1e6), "MB", null, null),
                new("  estimate's difference", Math.Round(difference, 1), "%", GoalPercent, Math.Abs(difference) <= GoalPercent),
                .. measured.Estimate.Select(part => new BenchFigure($"    {part.Name}", Math.Round(part.Bytes / 1e6), "MB", null, null)),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
