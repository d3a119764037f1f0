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

            var (seconds, processorSeconds, peakBytes) = RunCheck(path);
            var megabytes = new FileInfo(path).Length / 1e6;
            var rate = megabytes / seconds;
            return new BenchReport("dataset",
            [
                new BenchFigure("dataset check, 1 GB of JSONL", Math.Round(rate, 1), "MB/s", GoalMegabytesPerSecond, rate >= GoalMegabytesPerSecond),
                new BenchFigure("peak resident memory", Math.Round(peakBytes / 1e6, 1), "MB", GoalResidentMegabytes, peakBytes / 1e6 <= GoalResidentMegabytes),
                // On a machine that is busy with other things, this is what says something about the code.
                new BenchFigure("dataset check, per second of processor time", Math.Round(megabytes / processorSeconds, 1), "MB/s", null, null),
                new BenchFigure("rows", rows, "rows", null, null),
            ]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Wall time from the process's start to its end, its processor time, and its peak resident memory.</summary>
    private static (double Seconds, double ProcessorSeconds, long PeakBytes) RunCheck(string path)
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
        var processorTime = TimeSpan.Zero;
        while (!process.WaitForExit(20))
        {
            processorTime = ProcessorTime(process) ?? processorTime;
            peak = Math.Max(peak, PeakResident(process.Id));
        }

        var seconds = watch.Elapsed.TotalSeconds;
        _ = output.GetAwaiter().GetResult();
        return process.ExitCode == CommandRunner.Success
            ? (seconds, processorTime.TotalSeconds, peak)
            : throw new InvalidOperationException($"dataset check ended with code {process.ExitCode}.");
    }

    private static TimeSpan? ProcessorTime(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            // It ended between the two looks.
            return null;
        }
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
