namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary><c>bench ui --long</c>: what the process of one page holds while its run goes on for an hour.</summary>
internal static class LongPage
{
    private const int StepsPerSecond = 20;
    private const int Looks = 6;
    private const double GoalMebibytes = 150;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    public static async Task<IReadOnlyList<BenchFigure>> WatchAsync(BenchStudio studio, Chromium browser)
    {
        studio.Engine.StepsPerSecond = StepsPerSecond;

        // The run outlives the last look.
        var run = await studio.BeginAsync((int)((Looks + 1) * Pause).TotalSeconds * StepsPerSecond);
        var page = await browser.OpenAsync();
        await page.GoInteractiveAsync(studio.At($"/runs/{run}"));
        var figures = new List<BenchFigure>();
        for (var look = 1; look <= Looks; look++)
        {
            await Task.Delay(Pause);
            var scripts = await page.HeapBytesAsync() / (1 << 20);
            var process = await browser.BusiestPageBytesAsync() / (1 << 20);
            figures.Add(new($"memory of a live page's process after {look * Pause.TotalMinutes:0} min", Math.Round(process), "MiB", GoalMebibytes, process <= GoalMebibytes));
            figures.Add(new("  of which its scripts hold", Math.Round(scripts, 2), "MiB", null, null));
        }

        await studio.CancelAsync(run);
        await page.CloseAsync();
        return figures;
    }
}
