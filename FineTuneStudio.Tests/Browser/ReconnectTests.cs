using FineTuneStudio.Application.Runs;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>A run that goes on while nobody can see it: the page has the whole curve afterwards, no step missing and none twice.</summary>
public sealed class ReconnectTests(ChromiumFixture chromium) : SteppedStudioTests
{
    private const string Steps = "() => Array.from(document.querySelector('.run-charts').run.series.view('step'))";

    [Fact(Timeout = 300_000)]
    public async Task Network_CutThenHeldStill_LeavesNoGapAndNoDuplicate()
    {
        await using var network = new FaultyNetwork(Studio.Address);
        Engine.Allow(10);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(network.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await ShownAsync(page, 10);

        network.Cut();
        await page.Page.WaitForSelectorAsync(".run-charts[data-live='lost']");
        await LearnAsync(run.Id, 20);
        network.Mend();
        await ShownAsync(page, 20);

        network.Hold();
        await LearnAsync(run.Id, 30);
        network.Release();
        await ShownAsync(page, 30);

        var steps = await page.Page.EvaluateAsync<int[]>(Steps);
        Assert.Equal(Enumerable.Range(1, 30), steps);
    }

    [Fact(Timeout = 300_000)]
    public async Task FirstRun_OpenedLate_HasTheCurveFromTheFirstStep()
    {
        Engine.Allow(10);
        var run = await Studio.StartRunAsync();
        await LearnAsync(run.Id, 20);
        await using var page = await chromium.OpenAsync(Studio.Address);

        await page.GoAsync($"/first-run/{run.Id}");

        var curve = page.Page.Locator(".loss-line polyline");
        await curve.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Equal(20, (await curve.GetAttributeAsync("points"))!.Split(' ').Length);
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task TwoBrowsers_OnOneRun_SeeTheSameAndEachOthersHand()
    {
        Engine.Allow(10);
        var run = await Studio.StartRunAsync();
        await using var early = await chromium.OpenAsync(Studio.Address);
        await early.GoAsync($"/runs/{run.Id}");
        await ShownAsync(early, 10);
        await LearnAsync(run.Id, 20);
        await using var late = await chromium.OpenAsync(Studio.Address);
        await late.GoAsync($"/runs/{run.Id}");
        await ShownAsync(late, 20);

        await early.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await late.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        Engine.Allow(20);
        await early.Page.WaitForSelectorAsync(".run-charts[data-live='over']");
        await late.Page.WaitForSelectorAsync(".run-charts[data-live='over']");

        foreach (var page in (StudioPage[])[early, late])
        {
            var steps = await page.Page.EvaluateAsync<int[]>(Steps);
            Assert.Equal(Enumerable.Range(1, 40), steps);
        }

        early.AssertCalm();
        late.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Studio_StoppedAndStartedAgain_PageGoesOnByItself()
    {
        using var data = new TemporaryFolder();
        Guid run;
        var first = await StartAsync(data);
        await using var network = new FaultyNetwork(first.Address);
        await first.AddModelAndDatasetAsync();
        Engine.Allow(13);
        run = (await first.StartRunAsync()).Id;
        await using var page = await chromium.OpenAsync(network.Address);
        await page.GoAsync($"/runs/{run}");
        await ShownAsync(page, 13);

        await first.DisposeAsync();
        await using var second = await StartAsync(data);
        network.MoveTo(second.Address);
        Engine.Allow(7);

        await ShownAsync(page, 20);
        var steps = await page.Page.EvaluateAsync<int[]>(Steps);
        Assert.Equal(Enumerable.Range(1, 20), steps);
    }

    private static Task ShownAsync(StudioPage page, int step) => page.Page.WaitForSelectorAsync($".run-charts[data-last-step='{step}']");

    private Task<StudioServer> StartAsync(TemporaryFolder data) => StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(Engine), data.FullName);

    private async Task LearnAsync(Guid run, int until)
    {
        Engine.Allow(10);
        await Studio.WaitForAsync(run, progress => progress.Step == until, Token);
    }
}
