using System.Globalization;
using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The page of a reinforcement run, with an engine that the test moves step by step.</summary>
public sealed class ReinforcementRunTests(ChromiumFixture chromium) : SteppedStudioTests
{
    [Fact(Timeout = 300_000)]
    public async Task Page_WhileItRuns_ShowsRewardsEverywhereAndLossesNowhere()
    {
        Engine.Allow(25);
        var run = await Studio.StartReinforcementRunAsync("Sums by reward");
        await Studio.WaitForAsync(run.Id, progress => progress.Step == 25, Token);
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}");
        await page.Page.WaitForSelectorAsync(".run-charts[data-last-step='25']");

        await Assertions.Expect(page.Page.Locator("[data-stat='Reward']")).ToHaveTextAsync(FakeReinforcement.Reward(25).ToString("0.###", CultureInfo.InvariantCulture));
        Assert.Equal(0, await page.Page.Locator("[data-stat='Loss']").CountAsync());
        Assert.Equal(0, await page.Page.Locator("[data-chart='loss']").CountAsync());
        await page.Page.Locator("[data-chart='parts'] .chart-legend").GetByText("right").WaitForAsync();
        var rewards = await ColumnAsync(page, "reward");
        Assert.Equal([.. Enumerable.Range(1, 25).Select(step => (float)FakeReinforcement.Reward(step))], rewards);
        var evaluated = await page.Page.EvaluateAsync<int[]>("() => document.querySelector('.run-charts').run.rewards.map(([step]) => step)");
        Assert.Equal([0, 10, 20], evaluated);
        Assert.True(await page.Page.Locator("[data-chart='kl']").IsVisibleAsync());
        Assert.Equal(0, await page.Page.Locator("[data-chart^='tool']").CountAsync());

        Engine.Allow(15);
        await page.Page.WaitForSelectorAsync(".run-charts[data-live='over'][data-last-step='40']");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Samples" }).ClickAsync();
        await page.Page.GetByText("9 is 9.").WaitForAsync();
        await page.Page.GetByText("The row has no item.answer.").WaitForAsync();

        await page.GoAsync("/runs");
        await page.Page.GetByText($"reward {FakeReinforcement.HeldOut(40).ToString("0.###", CultureInfo.InvariantCulture)}").WaitForAsync();
        await page.GoAsync("/");
        await page.Page.GetByText("held-out reward").WaitForAsync();
        await page.GoAsync("/adapters");
        await page.Page.GetByText("held-out reward").WaitForAsync();
        await page.Page.GetByText("Sums by reward").ClickAsync();
        await page.Page.Locator("[data-stat='Held-out reward']").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Page_OfARunWithTools_HasItsTurnsCallsAndErrorsAsChartsTablesAndCsv()
    {
        Engine.Allow(40);
        var run = await Studio.StartReinforcementRunAsync("Sums with a tool", FakeReinforcement.Tools);
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        await using var page = await chromium.OpenAsync(Studio.Address, width: 390, height: 844);
        await page.GoAsync($"/runs/{run.Id}");
        await page.Page.WaitForSelectorAsync(".run-charts[data-live='over'][data-last-step='40']");

        var tools = page.Page.Locator("[data-chart='tools']");
        var errors = page.Page.Locator("[data-chart='toolErrors']");
        await tools.Locator(".chart-legend").GetByText("calls answered").WaitForAsync();
        await tools.GetByText("Calls level out where they help the reward").WaitForAsync();
        var called = await ColumnAsync(page, "calls");
        var failed = await ColumnAsync(page, "toolErrors");
        Assert.Equal([.. Enumerable.Range(1, 40).Select(step => (float)FakeReinforcement.ToolFigures(step).Calls)], called);
        Assert.Equal([.. Enumerable.Range(1, 40).Select(step => (float)FakeReinforcement.ToolFigures(step).Errors)], failed);

        await errors.GetByRole(AriaRole.Button, new() { Name = "Tool errors: table, CSV, picture" }).ClickAsync();
        await errors.GetByText("Table or chart").ClickAsync();
        await errors.Locator("tbody tr").Filter(new() { HasText = "40" }).First.WaitForAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        page.AssertCalm();

        var csv = (await Studio.Client.GetStringAsync($"/api/runs/{run.Id}/points.csv?series=toolErrors", Token)).Split('\n');
        Assert.Equal("step,epoch,tool_errors", csv[0].TrimEnd());
        Assert.EndsWith(",11", csv[1].TrimEnd(), StringComparison.Ordinal);
        Assert.StartsWith("step,epoch,turns,tool_calls", await Studio.Client.GetStringAsync($"/api/runs/{run.Id}/points.csv?series=tools", Token), StringComparison.Ordinal);
    }

    [Fact(Timeout = 300_000)]
    public async Task Comparison_WithASupervisedRun_HasChartsOfBothAndEachRunInItsOwn()
    {
        Engine.Allow(80);
        var reinforced = await Studio.StartReinforcementRunAsync("by reward");
        await Studio.WaitForAsync(reinforced.Id, progress => progress.State == RunState.Completed, Token);
        var supervised = await Studio.StartRunAsync("by example");
        await Studio.WaitForAsync(supervised.Id, progress => progress.State == RunState.Completed, Token);
        await using var page = await chromium.OpenAsync(Studio.Address);

        await page.GoAsync($"/runs/compare?ids={reinforced.Id},{supervised.Id}");
        await page.Page.WaitForSelectorAsync(".compare-charts[data-live='over'][data-points='80']");

        var losses = await DrawnAsync(page, "train");
        var rewards = await DrawnAsync(page, "reward");
        Assert.Equal([0, 1], losses);
        Assert.Equal([1, 0], rewards);
        page.AssertCalm();
    }

    /// <summary>For each run, 1 where the chart has its line.</summary>
    private static Task<int[]> DrawnAsync(StudioPage page, string chart)
        => page.Page.EvaluateAsync<int[]>("chart => document.querySelector('.compare-charts').run.plots.get(chart).form.data().slice(1).map(line => Number(line.some(value => value != null)))", chart);

    private static Task<float[]> ColumnAsync(StudioPage page, string name)
        => page.Page.EvaluateAsync<float[]>("name => [...document.querySelector('.run-charts').run.series.view(name)]", name);
}
