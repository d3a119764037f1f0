using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>Curves in a real browser, with an engine that the test moves step by step.</summary>
public sealed class LiveChartTests(ChromiumFixture chromium) : SteppedStudioTests
{
    private const string Steps = "() => Array.from(document.querySelector('.run-charts').run.series.view('step'))";

    [Fact(Timeout = 300_000)]
    public async Task Page_OpenedLate_SeesTheWholeCurve()
    {
        Engine.Allow(25);
        var run = await Studio.StartRunAsync();
        await Studio.WaitForAsync(run.Id, progress => progress.Step == 25, Token);

        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await WaitForStepAsync(page, 25);

        Assert.Equal(Enumerable.Range(1, 25), await page.Page.EvaluateAsync<int[]>(Steps));
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Page_ConnectionBrokenTwice_HasNoGapAndNoDuplicate()
    {
        Engine.Allow(10);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await WaitForStepAsync(page, 10);

        foreach (var until in new[] { 20, 30 })
        {
            await page.Page.EvaluateAsync("() => document.querySelector('.run-charts').run.live.connection.stop()");
            Engine.Allow(10);
            await Studio.WaitForAsync(run.Id, progress => progress.Step == until, Token);
            await WaitForStepAsync(page, until);
        }

        Engine.Allow(10);
        await page.Page.WaitForSelectorAsync(".run-charts[data-live='over']");

        Assert.Equal(Enumerable.Range(1, 40), await page.Page.EvaluateAsync<int[]>(Steps));
        Assert.Equal(5, await page.Page.EvaluateAsync<int>("() => document.querySelector('.run-charts').run.evaluations.length"));
    }

    /// <summary>An endless animation paints a page sixty times a second: on two cores twenty open pages took two thirds of the processor with one blinking dot each.</summary>
    [Fact(Timeout = 300_000)]
    public async Task Page_OfARunThatGoesOn_MovesWithItsPointsAlone()
    {
        Engine.Allow(5);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await WaitForStepAsync(page, 5);

        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => document.getAnimations().filter(one => one.effect.getTiming().iterations === Infinity).length"));
    }

    /// <summary>While messages are frequent, charts beside the main one are drawn in turn; none may stay behind once they cease.</summary>
    [Fact(Timeout = 300_000)]
    public async Task Page_MessagesCease_EveryChartInSightHasTheLastStep()
    {
        Engine.Allow(5);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await WaitForStepAsync(page, 5);
        for (var step = 6; step <= 12; step++)
        {
            Engine.Allow(1);
            await WaitForStepAsync(page, step);
        }

        await page.Page.WaitForFunctionAsync(
            "() => { const run = document.querySelector('.run-charts').run; return [...run.plots.values()].filter(plot => run.inSight(plot)).every(plot => plot.data[0].at(-1) === 12); }");
    }

    [Fact(Timeout = 300_000)]
    public async Task Page_LeftWhileItsConnectionOpens_LeavesItQuietly()
    {
        Engine.Allow(5);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/runs");

        await page.Page.EvaluateAsync(
            """
            async (runId) => {
              const { Live } = await import("/js/charts/live.js");
              const Socket = window.WebSocket;
              const live = new Live([{ runId, lastStep: 0, done: false, take: () => undefined }], () => undefined);
              const sockets = [];
              window.WebSocket = class extends Socket {
                constructor(...how) {
                  super(...how);
                  sockets.push(this);
                  queueMicrotask(() => live.close());
                }
              };
              await live.follow();
              window.WebSocket = Socket;
              await Promise.all(sockets.map((socket) => socket.readyState === Socket.CLOSED || new Promise((closed) => socket.addEventListener("close", closed))));
              if (sockets.length === 0) throw new Error("No socket was opened.");
            }
            """, run.Id);

        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Buttons_PauseResumeStop_DoWhatTheySay()
    {
        Engine.Allow(3);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.Page.Locator("[data-state='Paused']").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await page.Page.Locator("[data-state='Running']").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop and keep" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "See the adapter" }).WaitForAsync();

        Assert.Equal(RunState.Stopped, (await Studio.Services.GetRequiredService<RunService>().FindAsync(run.Id, Token))!.Summary.State);
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Zoom_IntoALongRun_ShowsEveryStepAndItsAddressShowsTheSame()
    {
        var run = await Studio.AddPastRunAsync(40_000, step => step == 31_234 ? 50 : 1 + (1000.0 / (step + 500)));
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run}");
        await page.Page.WaitForSelectorAsync(".run-charts[data-last-step='40000'][data-live='over']");
        Assert.InRange(await page.Page.EvaluateAsync<int>("() => document.querySelector('.run-charts').run.series.length"), 1_000, RunPoints.MostRows);
        Assert.Equal(50, await page.Page.EvaluateAsync<double>("() => Math.max(...document.querySelector('.run-charts').run.series.view('loss'))"));

        await page.Page.FillAsync("#chart-from", "31200");
        await page.Page.FillAsync("#chart-to", "31300");
        await page.Page.PressAsync("#chart-to", "Enter");
        await page.Page.WaitForSelectorAsync(".run-charts[data-detail='103']");
        await page.Page.UncheckAsync("[data-control='logarithmic']");
        await page.Page.CheckAsync("[data-control='logarithmic']");
        await page.Page.ClickAsync("[data-series='raw']");
        await page.AddressAsync("from=31200&to=31300&log=1&hide=raw");

        var address = page.Page.Url;
        await using var other = await chromium.OpenAsync(Studio.Address);
        await other.GoAsync(address);
        await other.Page.WaitForSelectorAsync(".run-charts[data-detail='103']");
        const string Look = "() => { const { view, plots } = document.querySelector('.run-charts').run; const { scales } = plots.get('loss').uplot; return [view.from, view.to, scales.x.min, scales.x.max, scales.y.distr, view.hidden.has('raw') ? 1 : 0]; }";
        var look = await other.Page.EvaluateAsync<double[]>(Look);
        Assert.Equal([31_200, 31_300, 31_200, 31_300, 3, 1], look);
        page.AssertCalm();
        other.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Charts_KeyboardTableAndCsv_SayTheSameFigures()
    {
        Engine.Allow(40);
        var run = await Studio.StartRunAsync();
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await page.Page.WaitForSelectorAsync(".run-charts[data-live='over']");

        // Every chart's cross-hair stands where one's stands.
        await page.Page.FocusAsync("[data-chart='loss'] .chart-place");
        await page.Page.Keyboard.PressAsync("End");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        Assert.StartsWith("step 39 · train ", await page.Page.TextContentAsync("[data-chart='loss'] .chart-readout"), StringComparison.Ordinal);
        Assert.StartsWith("step 39 · ", await page.Page.TextContentAsync("[data-chart='norm'] .chart-readout"), StringComparison.Ordinal);
        await page.Page.Keyboard.PressAsync("Enter");
        await page.AddressAsync("step=39$");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Loss: table, CSV, picture" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Table or chart" }).First.ClickAsync();
        Assert.Equal(41, await page.Page.Locator("[data-chart='loss'] .chart-table tbody tr").CountAsync());

        var csv = await Studio.Client.GetStringAsync($"/api/runs/{run.Id}/points.csv?series=loss", Token);
        Assert.Equal(42, csv.TrimEnd('\n').Split('\n').Length);
        page.AssertCalm();
    }

    private static Task WaitForStepAsync(StudioPage page, int step) => page.Page.WaitForSelectorAsync($".run-charts[data-last-step='{step}']");
}
