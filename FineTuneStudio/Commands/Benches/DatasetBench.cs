using System.Diagnostics;
using System.Reflection;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench dataset</c>: <c>dataset check</c> of a generated gigabyte, in a process of its own, from start to end.</summary>
internal static class DatasetBench
{
    private const long FileBytes = 1_000_000_000;
    private const double GoalMegabytesPerSecond = 150;
    private const double GoalResidentMegabytes = 300;

    public static BenchReport Run()
    {
        var folder = Directory.CreateTempSubdirectory("finetunestudio-bench-");
        try
        {
            var path = Path.Combine(folder.FullName, "rows.jsonl");
            long rows;
            using (var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                rows = DatasetGenerator.Write(stream, FileBytes, seed: 1);
            }

            var (seconds, peakBytes) = RunCheck(path);
            var rate = new FileInfo(path).Length / 1e6 / seconds;
            return new BenchReport("dataset",
            [
                new BenchFigure("dataset check, 1 GB of JSONL", Math.Round(rate, 1), "MB/s", GoalMegabytesPerSecond, rate >= GoalMegabytesPerSecond),
                new BenchFigure("peak resident memory", Math.Round(peakBytes / 1e6, 1), "MB", GoalResidentMegabytes, peakBytes / 1e6 <= GoalResidentMegabytes),
                new BenchFigure("rows", rows, "rows", null, null),
            ]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Wall time from the process's start to its end, and its peak resident memory.</summary>
    private static (double Seconds, long PeakBytes) RunCheck(string path)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        foreach (var argument in (string[])["dataset", "check", path, "--json"])
        {
            start.ArgumentList.Add(argument);
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(20))
        {
            peak = Math.Max(peak, PeakResident(process.Id));
        }

        var seconds = watch.Elapsed.TotalSeconds;
        _ = output.GetAwaiter().GetResult();
        return process.ExitCode == CommandRunner.Success
            ? (seconds, peak)
            : throw new InvalidOperationException($"dataset check ended with code {process.ExitCode}.");
    }

    /// <summary>The kernel's own high-water mark; it only rises, so that the last look before the end is the peak.</summary>
    private static long PeakResident(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6, line.Length - 9), System.Globalization.CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // The process ended between the two looks.
            return 0;
        }
    }
}
