using System.Diagnostics;

namespace FineTuneStudio.Commands.Benches;

/// <summary><c>bench start</c>: from the command to the first page, on a new data directory and on one that is there already.</summary>
internal static class StartBench
{
    private const double GoalSeconds = 3;
    private const int Rounds = 3;
    private const string Announcement = "FineTuneStudio is at ";

    public static BenchReport Run()
    {
        var data = Directory.CreateTempSubdirectory("finetunestudio-bench-");
        try
        {
            var first = Measure(data.FullName);
            var again = Enumerable.Range(0, Rounds).Select(_ => Measure(data.FullName)).Order().ElementAt(Rounds / 2);
            return new BenchReport("start",
            [
                new("first page, new data directory", Math.Round(first, 2), "s", GoalSeconds, first <= GoalSeconds),
                new("first page, from the second start on", Math.Round(again, 2), "s", GoalSeconds, again <= GoalSeconds),
            ]);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static double Measure(string data)
    {
        var watch = Stopwatch.StartNew();
        using var studio = Process.Start(OwnProcess.Info("up", "--port", "0", "--data", data))!;
        try
        {
            using var client = new HttpClient();
            _ = client.GetByteArrayAsync(Address(studio)).GetAwaiter().GetResult();
            return watch.Elapsed.TotalSeconds;
        }
        finally
        {
            studio.Kill(entireProcessTree: true);
            studio.WaitForExit();
        }
    }

    private static Uri Address(Process studio)
    {
        while (studio.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(Announcement, StringComparison.Ordinal))
            {
                return new Uri(line[Announcement.Length..].Split(',')[0]);
            }
        }

        throw new InvalidOperationException("The studio ended before it said where it is.");
    }
}
