using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>Curves in a real browser, with an engine that the test moves step by step.</summary>
public sealed class LiveChartTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const string Steps = "() => Array.from(document.querySelector('.run-charts').run.series.view('step'))";

    private readonly FakeTrainingEngine _engine = new();
    private StudioServer _studio = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(_engine));
        await _studio.AddModelAndDatasetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _studio.DisposeAsync();
        _engine.Dispose();
    }

    [Fact(Timeout = 300_000)]
    public async Task Page_OpenedLate_SeesTheWholeCurve()
    {
        _engine.Allow(25);
        var run = await _studio.StartRunAsync();
        await _studio.WaitForAsync(run.Id, progress => progress.Step == 25, Token);

        await using var page = await chromium.OpenAsync(_studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await WaitForStepAsync(page, 25);

        Assert.Equal(Enumerable.Range(1, 25), await page.Page.EvaluateAsync<int[]>(Steps));
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Page_ConnectionBrokenTwice_HasNoGapAndNoDuplicate()
    {
        _engine.Allow(10);
        var run = await _studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(_studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await WaitForStepAsync(page, 10);

        foreach (var until in new[] { 20, 30 })
        {
            await page.Page.EvaluateAsync("() => document.querySelector('.run-charts').run.connection.stop()");
            _engine.Allow(10);
            await _studio.WaitForAsync(run.Id, progress => progress.Step == until, Token);
            await WaitForStepAsync(page, until);
        }

        _engine.Allow(10);
        await page.Page.WaitForSelectorAsync(".run-charts[data-live='over']");

        Assert.Equal(Enumerable.Range(1, 40), await page.Page.EvaluateAsync<int[]>(Steps));
        Assert.Equal(5, await page.Page.EvaluateAsync<int>("() => document.querySelector('.run-charts').run.evaluations.length"));
    }

    [Fact(Timeout = 300_000)]
    public async Task Buttons_PauseResumeStop_DoWhatTheySay()
    {
        _engine.Allow(3);
        var run = await _studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(_studio.Address);
        await page.GoAsync($"/runs/{run.Id}");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await page.Page.Locator("[data-state='Paused']").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await page.Page.Locator("[data-state='Running']").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop and keep" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "See the adapter" }).WaitForAsync();

        Assert.Equal(RunState.Stopped, (await _studio.Services.GetRequiredService<RunService>().FindAsync(run.Id, Token))!.Summary.State);
        page.AssertCalm();
    }

    private static Task WaitForStepAsync(StudioPage page, int step) => page.Page.WaitForSelectorAsync($".run-charts[data-last-step='{step}']");
}
