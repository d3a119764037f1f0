using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The tabs of a run's page, with an engine that the test moves step by step.</summary>
public sealed class RunPageTests(ChromiumFixture chromium) : SteppedStudioTests
{
    [Fact(Timeout = 300_000)]
    public async Task Samples_ScrubbedByKey_ShowWhatTheModelSaidThen()
    {
        Engine.Allow(40);
        var run = await Studio.StartRunAsync();
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}?tab=samples");
        await page.Page.Locator(".scrub strong").GetByText("40", new() { Exact = true }).WaitForAsync();

        await page.Page.FocusAsync("#sample-step");
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.Keyboard.PressAsync("ArrowRight");

        await page.Page.Locator(".scrub strong").GetByText("10", new() { Exact = true }).WaitForAsync();
        await page.AddressAsync("step=10$");
        Assert.Equal(2, await page.Page.Locator(".sample dd").GetByText("I do not know.").CountAsync());
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Page_RunThatBegins_SaysWhatItWaitsForAndDoesNotMoveWhenTheFirstPointArrives()
    {
        Engine.HeldAt = new TrainingEvent.Working(0, RunActivity.LoadingModel, Done: 0, Total: 1_503_300_328);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        var loading = $"Loading {StudioSeed.Model}: 1.4 GiB from disk";
        await page.Page.Locator(".waiting-now").GetByText(loading).WaitForAsync();
        await page.Page.Locator("[data-said='state']").GetByText(loading).WaitForAsync();
        await page.Page.Locator(".tiles").GetByText("Loading model").WaitForAsync();
        await page.Page.WaitForSelectorAsync(".run-charts[data-empty][data-live='live']");
        var before = await PlacesAsync(page);

        Engine.HeldAt = null;
        await page.Page.Locator(".waiting-now").GetByText("First step").WaitForAsync();
        Engine.Allow(2);
        await page.Page.WaitForSelectorAsync(".run-charts[data-points='2']:not([data-empty])");

        Assert.Equal(0, await page.Page.Locator(".waiting:visible").CountAsync());
        Assert.Equal(before, await PlacesAsync(page));
        await page.Page.Locator("[data-said='state']").GetByText("Running").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Checkpoint_ClickedOnTheChart_LeadsToANewRunFromThere()
    {
        Engine.Allow(40);
        var run = await Studio.StartRunAsync();
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        Directory.CreateDirectory(Path.Combine(Studio.DataDirectory, "runs", run.Id.ToString("N"), "checkpoints", "step-00000030"));
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await page.Page.WaitForSelectorAsync(".run-charts[data-live='over']");

        await page.Page.Locator(".mark[data-step='30'] .mark-button").ClickAsync();

        var fork = page.Page.Locator(".mark[data-step='30'] .mark-note a");
        await fork.WaitForAsync();
        Assert.Equal($"/runs/new?fork={run.Id}&step=30", await fork.GetAttributeAsync("href"));
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Locator(".mark[data-step='10'] .mark-button").ClickAsync();
        await page.Page.Locator(".mark[data-step='10'] .mark-note").GetByText("No longer on disk").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Adapter_NothingAskedYet_OffersPromptsThatWereHeldOut()
    {
        Engine.Allow(40);
        var run = await Studio.StartRunAsync();
        var done = await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed && progress.AdapterId is not null, Token);
        await using var page = await chromium.OpenAsync(Studio.Address, width: 390, height: 844);
        await page.GoAsync($"/adapters/{done.AdapterId}");

        await page.Page.Locator(".ask-example").First.WaitForAsync();
        Assert.Equal(["Where is my card?", "I was charged twice for one coffee, please help"], await page.Page.Locator(".ask-example").AllInnerTextsAsync());
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task LogAndConfiguration_FilterAndCompare()
    {
        Engine.Allow(80);
        var run = await Studio.StartRunAsync("first");
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        var other = await Studio.StartRunAsync("second");
        await Studio.WaitForAsync(other.Id, progress => progress.State == RunState.Completed, Token);
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}?tab=log");

        await page.Page.FillAsync("[placeholder='Find in the log']", "finished");
        await page.Page.GetByText("1 of 11 entries").WaitForAsync();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Configuration" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "curl" }).ClickAsync();
        await page.Page.Locator(".code code").GetByText("curl --fail-with-body").WaitForAsync();
        await page.Page.SelectOptionAsync("[aria-label='The other run']", new SelectOptionValue { Label = "second" });
        await page.Page.GetByText("Every option is the same.").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Page_OnAPhone_KeepsEveryActionBehindOneMenu()
    {
        Engine.Allow(3);
        var run = await Studio.StartRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address, width: 390, height: 844);
        await page.GoAsync($"/runs/{run.Id}");

        Assert.False(await page.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).IsVisibleAsync());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "More actions" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).WaitForAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        page.AssertCalm();
    }

    private static Task<string> PlacesAsync(StudioPage page) => page.Page.EvaluateAsync<string>(
        "() => [...document.querySelectorAll('.chart, .chart-place, .tiles, .tabs')].map(part => part.getBoundingClientRect()).map(box => [box.x, box.y, box.width, box.height].map(Math.round)).join(' ')");
}
