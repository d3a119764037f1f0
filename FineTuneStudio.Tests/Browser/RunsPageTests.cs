using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The list of runs, their queue and their comparison.</summary>
public sealed class RunsPageTests(ChromiumFixture chromium) : SteppedStudioTests
{
    [Fact(Timeout = 300_000)]
    public async Task List_RunBeginsWhileNoneIsActive_AppearsWithoutReload()
    {
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/runs");
        await page.Page.GetByText("No runs yet").WaitForAsync();

        await Studio.StartRunAsync("out of nowhere");

        await page.Page.Locator(".runs-name").GetByText("out of nowhere").WaitForAsync();
        await page.Page.Locator("[data-state='Running']").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Queue_ReorderedByKeyboardAndPaused_BeginsInThatOrder()
    {
        await Studio.StartRunAsync("running");
        await Studio.StartRunAsync("first");
        var second = await Studio.StartRunAsync("second");
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/runs");
        await page.Page.Locator(".queue-item").Nth(1).WaitForAsync();

        await page.Page.Locator(".queue-item a").Nth(1).FocusAsync();
        await page.Page.Keyboard.PressAsync("Alt+ArrowUp");
        await page.Page.Locator(".queue-item").Nth(0).GetByText("second").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Pause the queue" }).ClickAsync();
        await page.Page.GetByText("Paused: nothing begins").WaitForAsync();
        Engine.Allow(40);
        await page.Page.Locator("[data-state='Completed']").WaitForAsync();
        Assert.Single(Engine.Started);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Let runs begin" }).ClickAsync();
        await Studio.WaitForAsync(second.Id, progress => progress.State == RunState.Running, Token);
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Compare_TwoChosen_ShowsBothWholeAndOneCanBeLeftOut()
    {
        Engine.Allow(80);
        foreach (var name in (string[])["one", "two"])
        {
            var run = await Studio.StartRunAsync(name);
            await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        }

        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/runs");
        await page.Page.GetByLabel("Compare one").CheckAsync();
        await page.Page.GetByLabel("Compare two").CheckAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Compare 2 runs" }).ClickAsync();

        await page.Page.WaitForSelectorAsync(".compare-charts[data-points='80'][data-live='over']");
        await page.Page.Locator(".parallel .plot-container").WaitForAsync();
        Assert.Equal(2, await page.Page.Locator(".compare-samples > li").CountAsync());
        await page.Page.GetByLabel("Leave one out").ClickAsync();
        await page.Page.GetByText("Nothing to compare").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task List_FoundSortedAndTagged_HasAnAddressThatShowsTheSame()
    {
        var runs = Studio.Services.GetRequiredService<RunService>();
        foreach (var name in (string[])["alpha", "beta", "gamma"])
        {
            var run = await Studio.StartRunAsync(name);
            await runs.DescribeAsync(run.Id, name, name == "beta" ? "keep" : "", "", Token);
            if (name == "alpha")
            {
                // Until it has begun it stands in the queue above the list, and moves the list as it leaves.
                await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Running, Token);
            }
        }

        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/runs");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await page.AddressAsync("sort=name$");
        await page.Page.Locator(".runs-table tbody tr").First.GetByText("alpha").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "keep" }).ClickAsync();
        await page.Page.GetByText("1 of 3").WaitForAsync();

        await page.GoAsync(page.Page.Url);
        await page.Page.GetByText("1 of 3").WaitForAsync();
        Assert.Equal(1, await page.Page.Locator(".runs-table tbody tr").CountAsync());
        page.AssertCalm();
    }
}
