using FineTuneStudio.Domain;

namespace FineTuneStudio.Commands.Benches.Ui;

/// <summary><c>bench ui</c>: what a person waits for, measured in Chromium on pages of a whole studio whose engine only keeps pace.</summary>
/// <remarks>Of the 200 live connections, twenty are pages of a browser and the rest speak to the charts' hub without one.</remarks>
internal static class UiBench
{
    private const int Pages = 20;
    private const int Connections = 200;
    private const int LongRun = 100_000;
    private const int Repeats = 5;

    // On a busy machine twenty pages take minutes to open; the run must outlive them.
    private static readonly TimeSpan LongerThanAnyBench = TimeSpan.FromHours(1);

    // Notes, after each drawing, the newest step and the moment; a task begun in a frame runs once the frame is painted.
    private const string NotePaints = """
        window.paints = [];
        const watch = setInterval(() => {
          const run = document.querySelector('.run-charts')?.run;
          if (!run) return;
          clearInterval(watch);
          run.drawSoon();
          const draw = run.draw;
          run.draw = function () {
            draw.call(run);
            const step = run.series.lastStep;
            setTimeout(() => window.paints.push([step, performance.timeOrigin + performance.now()]), 0);
          };
        }, 10);
        """;

    // Notes the moment at which the page answers clicks.
    private const string NoteInteractive = """
        new MutationObserver(() => { if (document.documentElement?.dataset.interactive) window.interactiveAt ??= performance.now(); })
          .observe(document, { attributes: true, childList: true, subtree: true });
        """;

    public static BenchReport Run(bool isLong) => new("ui", RunAsync(isLong).GetAwaiter().GetResult());

    private static async Task<IReadOnlyList<BenchFigure>> RunAsync(bool isLong)
    {
        await using var studio = await BenchStudio.StartAsync();
        await using var browser = await Chromium.StartAsync();
        if (isLong)
        {
            return await LongPage.WatchAsync(studio, browser);
        }

        var figures = new List<BenchFigure>();
        figures.AddRange(await FirstPageAsync(studio, browser));
        figures.AddRange(await LongRunAsync(studio, browser));
        figures.AddRange(await IdlePagesAsync(studio, browser));
        figures.AddRange(await LiveAsync(studio, browser, TimeSpan.FromSeconds(30)));
        figures.AddRange(await ConnectionsAsync(studio, browser));
        return figures;
    }

    private static async Task<IEnumerable<BenchFigure>> FirstPageAsync(BenchStudio studio, Chromium browser)
    {
        var page = await browser.OpenAsync();
        await page.InjectAsync(NoteInteractive);
        var cold = new List<double>();
        var warm = new List<double>();
        var spent = new List<(double Studio, double Page)>();
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            await page.CacheAsync(enabled: false);
            cold.Add(await InteractiveAsync(page, studio.At("/")));
            await page.CacheAsync(enabled: true);
            await page.GoInteractiveAsync(studio.At("/"));
            var time = await ProcessorTime.BeginAsync(page);
            warm.Add(await InteractiveAsync(page, studio.At("/")));
            spent.Add(await time.EndAsync());
        }

        await page.CacheAsync(enabled: false);
        await page.GoInteractiveAsync(studio.At("/"));
        var bytes = await page.NumberAsync(
            "performance.getEntriesByType('resource').filter(entry => /[.](js|css)([?]|$)/.test(entry.name)).reduce((sum, entry) => sum + entry.encodedBodySize, 0)");
        await page.CloseAsync();
        return
        [
            Figure("first page interactive, cold", Median(cold), "ms", 2_000), Figure("first page interactive, warm", Median(warm), "ms", 700), .. Spent(spent),
            Figure("JavaScript and CSS of the first page, compressed", bytes / 1024, "KiB", 350),
        ];
    }

    private static async Task<IEnumerable<BenchFigure>> LongRunAsync(BenchStudio studio, Chromium browser)
    {
        studio.Engine.StepsPerSecond = 0;
        var run = await studio.BeginAsync(LongRun);
        await studio.WaitAsync(run, progress => progress.State == RunState.Completed);
        var opened = new List<double>();
        var spent = new List<(double Studio, double Page)>();
        var clicked = new List<double>();
        var page = await browser.OpenAsync();
        await page.InjectAsync(NotePaints);
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            studio.Forget(run);
            var time = await ProcessorTime.BeginAsync(page);
            await page.GoAsync(studio.At($"/runs/{run}"));
            await page.WaitAsync($"window.paints?.some(paint => paint[0] === {LongRun})");
            opened.Add(await page.NumberAsync($"window.paints.find(paint => paint[0] === {LongRun})[1] - performance.timeOrigin"));
            spent.Add(await time.EndAsync());
            await page.WaitAsync("document.documentElement.dataset.interactive === 'true'");
            clicked.Add(await page.NumberAsync("""
                new Promise(resolve => {
                  const tab = [...document.querySelectorAll('.tabs a')].find(link => link.textContent === 'Log');
                  const begun = performance.now();
                  new MutationObserver(() => tab.getAttribute('aria-current') && requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun), 0)))
                    .observe(tab, { attributes: true });
                  tab.click();
                })
                """));
        }

        await page.CloseAsync();
        return
        [
            Figure("run with 100,000 steps fully drawn", Median(opened), "ms", 1_500), .. Spent(spent), Figure("click on a tab to its feedback", Median(clicked), "ms", 100),
        ];
    }

    private static async Task<IEnumerable<BenchFigure>> IdlePagesAsync(BenchStudio studio, Chromium browser)
    {
        // The first page of its kind brings what all share.
        var first = await browser.OpenAsync();
        await first.GoInteractiveAsync(studio.At("/runs"));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var pages = await OpenAsync(browser, studio.At("/runs"));
        var after = GC.GetTotalMemory(forceFullCollection: true);
        await CloseAsync([.. pages, first]);
        return [Figure("server memory for each idle page", (after - before) / (double)Pages / (1 << 20), "MiB", 1)];
    }

    private static async Task<IEnumerable<BenchFigure>> LiveAsync(BenchStudio studio, Chromium browser, TimeSpan duration)
    {
        const int Rate = 20;
        studio.Engine.StepsPerSecond = Rate;
        var run = await studio.BeginAsync((int)(duration + LongerThanAnyBench).TotalSeconds * Rate);
        var pages = await OpenAsync(browser, studio.At($"/runs/{run}"), NotePaints);
        await Task.Delay(TimeSpan.FromSeconds(5));
        var heapBefore = await pages[0].HeapBytesAsync();
        foreach (var page in pages)
        {
            await page.EvaluateAsync("window.paints.splice(0, window.paints.length - 1)");
        }

        var times = await Task.WhenAll(pages.Select(ProcessorTime.BeginAsync));
        await Task.Delay(duration);
        var spent = await Task.WhenAll(times.Select(time => time.EndAsync()));
        var busy = (spent[0].Studio + spent.Sum(time => time.Page)) / duration.TotalMilliseconds;
        var late = new List<double>();
        foreach (var page in pages)
        {
            var paints = (await page.EvaluateAsync("window.paints")).EnumerateArray().Select(paint => (Step: (int)paint[0].GetDouble(), At: paint[1].GetDouble())).ToList();
            late.AddRange(Lateness(studio.Engine, paints));
        }

        var heapAfter = await pages[0].HeapBytesAsync();
        await studio.CancelAsync(run);
        await CloseAsync(pages);
        late.Sort();
        return
        [
            Figure($"step finished to point painted, p95, {Rate} steps/s, {Pages} pages", late[(int)(late.Count * 0.95)], "ms", 250),
            new("  the same, median", Math.Round(late[late.Count / 2]), "ms", null, null),
            new("  processors that studio and pages kept busy meanwhile", Math.Round(busy, 2), "", null, null),
            new($"scripts' memory of a live page after {duration.TotalMinutes:0.#} min", Math.Round(heapAfter / (1 << 20), 2), "MiB", null, null),
            new("  growth meanwhile", Math.Round((heapAfter - heapBefore) / (1 << 20), 2), "MiB", null, null),
        ];
    }

    private static async Task<IEnumerable<BenchFigure>> ConnectionsAsync(BenchStudio studio, Chromium browser)
    {
        const int Rate = 10;
        studio.Engine.StepsPerSecond = Rate;
        var run = await studio.BeginAsync((int)LongerThanAnyBench.TotalSeconds * Rate);
        var pages = await OpenAsync(browser, studio.At($"/runs/{run}"), NotePaints);
        var readers = await Task.WhenAll(Enumerable.Range(0, Connections - Pages).Select(_ => HubReader.FollowAsync(studio.Address, run, studio.Engine)));
        await Task.Delay(TimeSpan.FromSeconds(5));
        foreach (var reader in readers)
        {
            reader.Restart();
        }

        foreach (var page in pages)
        {
            await page.EvaluateAsync("window.paints.splice(0, window.paints.length - 1)");
        }

        await Task.Delay(TimeSpan.FromSeconds(20));
        var worst = readers.Max(reader => reader.WorstMilliseconds);
        var late = new List<double>();
        foreach (var page in pages)
        {
            late.AddRange(Lateness(studio.Engine, (await page.EvaluateAsync("window.paints")).EnumerateArray().Select(paint => ((int)paint[0].GetDouble(), paint[1].GetDouble()))));
        }

        await studio.CancelAsync(run);
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }

        await CloseAsync(pages);
        return
        [
            Figure($"{readers.Length} hub connections, {Rate} steps/s: any behind by", worst, "ms", 1_000),
            Figure($"{pages.Count} pages beside them: any point painted after", late.Max(), "ms", 1_000),
        ];
    }

    /// <summary>How long each step waited for the first drawing that had it.</summary>
    private static IEnumerable<double> Lateness(PacedEngine engine, IEnumerable<(int Step, double At)> paints)
    {
        var seen = 0;
        foreach (var (last, at) in paints)
        {
            // The first of a measurement only says where it begins.
            for (var step = seen == 0 ? last + 1 : seen + 1; step <= last; step++)
            {
                yield return at - engine.ToldAt(step);
            }

            seen = Math.Max(seen, last);
        }
    }

    private static async Task<double> InteractiveAsync(ChromiumPage page, Uri address)
    {
        await page.GoAsync(new Uri("about:blank"));
        await page.GoInteractiveAsync(address);
        return await page.NumberAsync("window.interactiveAt");
    }

    private static async Task<IReadOnlyList<ChromiumPage>> OpenAsync(Chromium browser, Uri address, string? script = null)
    {
        var pages = new List<ChromiumPage>();
        for (var index = 0; index < Pages; index++)
        {
            var page = await browser.OpenAsync();
            if (script is not null)
            {
                await page.InjectAsync(script);
            }

            await page.GoInteractiveAsync(address);
            pages.Add(page);
        }

        return pages;
    }

    private static async Task CloseAsync(IEnumerable<ChromiumPage> pages)
    {
        foreach (var page in pages)
        {
            await page.CloseAsync();
        }
    }

    private static IEnumerable<BenchFigure> Spent(List<(double Studio, double Page)> times) =>
    [
        new("  processor time of it, studio", Math.Round(Median([.. times.Select(time => time.Studio)])), "ms", null, null),
        new("  processor time of it, page", Math.Round(Median([.. times.Select(time => time.Page)])), "ms", null, null),
    ];

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static BenchFigure Figure(string name, double value, string unit, double goal) => new(name, Math.Round(value, value < 10 ? 2 : 0), unit, goal, value <= goal);
}
