using FineTuneStudio.Application.Runs;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The form of a new run in a real browser, with an engine that learns nothing.</summary>
public sealed class NewRunPageTests(ChromiumFixture chromium) : SteppedStudioTests(totalSteps: 2)
{
    [Fact(Timeout = 300_000)]
    public async Task Form_ReloadedInTheMiddle_KeepsWhatWasTypedAndSaysSo()
    {
        await using var page = await OpenAsync("/runs/new");
        await page.Page.FillAsync("#rank", "24");
        await page.Page.Locator("[data-review='memory']").WaitForAsync();

        await page.Page.ReloadAsync();
        await page.InteractiveAsync();

        await page.Page.GetByText("Your input of").WaitForAsync();
        Assert.Equal("24", await page.Page.InputValueAsync("#rank"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start over" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#rank")).ToHaveValueAsync("64");
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Json_EditedAndFormEdited_AreOneWithFaultsAtTheirLine()
    {
        await using var page = await OpenAsync("/runs/new");
        await page.Page.GetByText("Read and edit the specification").ClickAsync();
        var text = page.Page.Locator("#spec-json");

        await page.Page.FillAsync("#rank", "24");
        await Assertions.Expect(text).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("\"rank\": 24"));
        await text.FillAsync((await text.InputValueAsync()).Replace("\"rank\": 24", "\"rank\": 48", StringComparison.Ordinal));
        await Assertions.Expect(page.Page.Locator("#rank")).ToHaveValueAsync("48");

        await text.FillAsync("{\n  \"model\": \"tiny\",\n  \"modle\": 1\n}");
        await page.Page.Locator("#spec-faults").GetByText("Line 3").WaitForAsync();
        Assert.Equal("48", await page.Page.InputValueAsync("#rank"));
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task KeyboardAlone_FromDatasetToStartedRun()
    {
        Engine.Allow(2);
        await using var page = await OpenAsync("/runs/new");

        await page.Page.Locator("[data-choice='labels-yes']").FocusAsync();
        foreach (var key in new[] { "ArrowRight", "ArrowRight" })
        {
            await page.Page.Keyboard.PressAsync(key);
        }

        Assert.Equal("reasoning-no", await page.Page.EvaluateAsync<string>("() => document.activeElement.dataset.choice"));
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.Locator("[data-outcome='sft'].taken").WaitForAsync();
        await page.Page.Locator("[data-preset='quick']").PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("#rank")).ToHaveValueAsync("8");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start" }).PressAsync("Enter");
        await page.AddressAsync("/runs/[0-9a-f-]{36}$");

        await page.GoAsync($"/runs/new?like={page.Page.Url[^36..]}");
        await page.Page.GetByText("With the options of").WaitForAsync();
        await page.Page.FillAsync("#rank", "32");
        await page.Page.Locator(".like-note").GetByText("lora.rank").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task FreshForm_HoldsWhatFitsTheData_AndLeavesWhatAPersonChose()
    {
        await using var page = await OpenAsync("/runs/new");
        await Assertions.Expect(page.Page.Locator("#epochs")).ToHaveValueAsync("13");
        await Assertions.Expect(page.Page.Locator("#rate")).ToHaveValueAsync("0.002");
        await Assertions.Expect(page.Page.Locator("#context")).ToHaveValueAsync("512");
        await page.Page.Locator("[data-option='schedule.learningRate'] .suggested").GetByText("Narrow models bear larger steps").WaitForAsync();
        await page.Page.Locator("[data-preset='data'][aria-pressed='true']").WaitForAsync();

        // A choice stays, for another dataset too and after a reload; what was not chosen stays filled in.
        await page.Page.FillAsync("#epochs", "4");
        await Assertions.Expect(page.Page.Locator("[data-option='duration.epochs'] .suggested")).ToHaveCountAsync(0);
        await Studio.UploadAsync("more.jsonl", StudioSeed.IntentRows(300), Token);
        await page.Page.Locator("[data-review='memory']").WaitForAsync();
        await page.Page.ReloadAsync();
        await page.InteractiveAsync();
        await page.Page.GetByText("Your input of").WaitForAsync();
        await page.Page.SelectOptionAsync("#dataset", "more.jsonl");
        await page.Page.Locator("[data-suggestions='open'] [data-suggestion='duration.epochs']").WaitForAsync();
        await page.Page.Locator("[data-option='duration.epochs']").GetByRole(AriaRole.Button, new() { Name = "as Epochs" }).WaitForAsync();
        await Assertions.Expect(page.Page.Locator("#epochs")).ToHaveValueAsync("4");
        await Assertions.Expect(page.Page.Locator("#rate")).ToHaveValueAsync("0.002");

        await page.Page.Locator("[data-option='duration.epochs']").GetByRole(AriaRole.Button, new() { Name = "as Epochs" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-suggestions='open']")).ToHaveCountAsync(0);
        await page.Page.Locator("[data-option='duration.epochs'] .suggested").WaitForAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use the defaults" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#rate")).ToHaveValueAsync("2e-4");
        await Assertions.Expect(page.Page.Locator("#epochs")).ToHaveValueAsync("3");
        await page.Page.Locator("[data-preset='data']").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#epochs")).ToHaveValueAsync("13");

        // Reinforcement has no such rules: its defaults are back, and with the method the suggestions.
        await page.Page.Locator("[data-method='Rft'] input").CheckAsync();
        await Assertions.Expect(page.Page.Locator("#rate")).ToHaveValueAsync("2e-4");
        await page.Page.Locator("[data-method='Sft'] input").CheckAsync();
        await Assertions.Expect(page.Page.Locator("#rate")).ToHaveValueAsync("0.002");
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Tree_OnAPhone_IsItsQuestionsEachWithItsAnswers()
    {
        await using var page = await chromium.OpenAsync(Studio.Address, width: 390, height: 844);
        await page.GoAsync("/runs/new");
        var reasoning = page.Page.GetByRole(AriaRole.Group, new() { Name = "Does reasoning help?" });
        await reasoning.GetByRole(AriaRole.Button, new() { Name = "No", Pressed = true }).WaitForAsync();
        Assert.False(await page.Page.Locator(".tree-svg").IsVisibleAsync());

        await reasoning.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();

        await page.Page.GetByRole(AriaRole.Group, new() { Name = "Does it get some right already?" }).WaitForAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Start_BeforeTheRowsAreRead_TakesWhatFitsTheData()
    {
        Engine.Allow(2);
        await using var page = await OpenAsync("/runs/new");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await page.AddressAsync("/runs/[0-9a-f-]{36}$");

        var run = await Studio.Services.GetRequiredService<RunService>().FindAsync(Guid.Parse(page.Page.Url[^36..]), Token);
        Assert.Equal((2e-3, 13.0), (run!.Specification.Schedule.LearningRate, run.Specification.Duration.Epochs));
        page.AssertCalm();
    }

    private async Task<StudioPage> OpenAsync(string address)
    {
        var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync(address);
        return page;
    }
}
