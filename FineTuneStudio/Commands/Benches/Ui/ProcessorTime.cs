namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary>Processor time of the studio (this process) and of a page's main thread: on a busy machine it says more than the clock.</summary>
internal sealed class ProcessorTime
{
    private readonly ChromiumPage _page;
    private readonly double _studioBefore = StudioNow();
    private double _pageBefore;

    private ProcessorTime(ChromiumPage page) => _page = page;

    public static async Task<ProcessorTime> BeginAsync(ChromiumPage page)
        => new(page) { _pageBefore = await page.ProcessorMillisecondsAsync() };

    /// <summary>Milliseconds since the beginning.</summary>
    public async Task<(double Studio, double Page)> EndAsync()
    {
        var studio = StudioNow() - _studioBefore;
        var page = await _page.ProcessorMillisecondsAsync();

        // A page that got a process of its own meanwhile counts from its beginning.
        return (studio, page >= _pageBefore ? page - _pageBefore : page);
    }

    private static double StudioNow() => Environment.CpuUsage.TotalTime.TotalMilliseconds;
}
