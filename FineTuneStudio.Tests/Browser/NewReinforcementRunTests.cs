using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The form of a new reinforcement run in a real browser, with an engine that learns nothing.</summary>
public sealed class NewReinforcementRunTests(ChromiumFixture chromium) : SteppedStudioTests(totalSteps: 2)
{
    [Fact(Timeout = 300_000)]
    public async Task TreeToStart_GraderTriedAndSpecificationEdited_StartsTheRun()
    {
        Engine.Allow(2);
        await Studio.UploadAsync("sums.jsonl", Enumerable.Range(1, 150).Select(i => $$"""{"messages":[{"role":"user","content":"How many are {{i}} and 1?"},{"role":"assistant","content":"{{i}} + 1 = {{i + 1}}\n#### {{i + 1}}"}]}"""), Token);
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/runs/new?dataset=sums.jsonl");

        await page.Page.Locator("[data-outcome='rft'].taken").WaitForAsync();
        await Assertions.Expect(page.Page.Locator("[data-method='Rft'] input")).ToBeCheckedAsync();
        await Assertions.Expect(page.Page.Locator("[data-template='math']")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Page.GetByText("Not measured yet").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Measure it", Exact = true }).ClickAsync();
        await page.Page.GetByText("the best of 8 0.78 (pass@8)").WaitForAsync();
        await page.Page.ReloadAsync();
        await page.InteractiveAsync();
        await page.Page.GetByText("the best of 8 0.78 (pass@8)").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Try it on 8 rows" }).ClickAsync();
        await page.Page.GetByText("The dataset's own answers score 1 in the mean, those of other rows 0.").WaitForAsync();

        await page.Page.FillAsync("#grader-json", "{\n  \"type\": \"math\",\n  \"name\": \"right\",\n  \"refrence\": \"{{item.answer}}\"\n}");
        await page.Page.Locator("#grader-json-faults").GetByText("Line 4").WaitForAsync();
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Start" })).ToBeDisabledAsync();
        await page.Page.Locator("[data-template='right-and-short']").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#grader-json-faults .fault")).ToHaveCountAsync(0);

        await page.Page.Locator("[data-tools='calculator']").ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Try it", Exact = true }).ClickAsync();
        await page.Page.Locator(".tool-result").GetByText("84").WaitForAsync();
        await page.Page.GetByText("calculate(expression: string)").WaitForAsync();
        await page.Page.FillAsync("#tool-call", "calculate({\"expression\": \"import os\"})");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Try it", Exact = true }).ClickAsync();
        await page.Page.Locator(".tool-result[data-error='true']").GetByText("write numbers").WaitForAsync();
        await page.Page.FillAsync("#tool-turns", "5");

        await page.Page.GetByText("Read and edit the specification").ClickAsync();
        var text = page.Page.Locator("#spec-json");
        await Assertions.Expect(text).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("\"turns\": 5"));
        await page.Page.FillAsync("#rl-answers", "6");
        await Assertions.Expect(text).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("\"answers\": 6"));
        await text.FillAsync((await text.InputValueAsync()).Replace("0.9 * right", "0.8 * right", StringComparison.Ordinal).Replace("\"answers\": 6", "\"answers\": 5", StringComparison.Ordinal));
        await Assertions.Expect(page.Page.Locator("#grader-json")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("0\\.8 \\* right"));
        await Assertions.Expect(page.Page.Locator("#rl-answers")).ToHaveValueAsync("5");

        var forecast = page.Page.Locator(".forecast");
        await page.Page.GetByText("Not measured yet").WaitForAsync();
        await forecast.GetByRole(AriaRole.Button, new() { Name = "Forecast" }).ClickAsync();
        await forecast.Locator("[data-verdict='Learns']").GetByText("Reinforcement has something to learn from").WaitForAsync();
        await forecast.GetByText("The answers, with scores and reasons").ClickAsync();
        await Assertions.Expect(forecast.Locator(".rollout-group")).ToHaveCountAsync(3);
        await page.Page.FillAsync("#rl-answers", "4");
        await forecast.GetByText("Options have changed since.").WaitForAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await page.AddressAsync("/runs/[0-9a-f-]{36}$");
        await page.Page.Locator("[data-stat='Reward']").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Answers" }).ClickAsync();
        await page.Page.Locator(".rollout-group").First.WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task PromptsWithoutAnswers_ByExample_AreRefusedAndByRewardStart()
    {
        await Studio.UploadAsync("prompts.jsonl", Enumerable.Range(1, 30).Select(i => $$"""{"messages":[{"role":"user","content":"Write the number after {{i}}."}]}"""), Token);
        await using var page = await chromium.OpenAsync(Studio.Address, width: 390, height: 844);
        await page.GoAsync("/runs/new?dataset=prompts.jsonl");
        await page.Page.GetByText("30 prompts without answers").WaitForAsync();
        // A phone has the tree's questions, each with its answers.
        await page.Page.GetByRole(AriaRole.Group, new() { Name = "Do you have labelled ground truth?" }).Locator("[aria-pressed='true']", new() { HasText = "No" }).WaitForAsync();
        await Assertions.Expect(page.Page.Locator("[data-method='Rft'] input")).ToBeCheckedAsync();

        await page.Page.Locator("[data-method='Sft'] input").CheckAsync();
        await page.Page.GetByText("there is nothing to learn by example").First.WaitForAsync();
        await page.Page.Locator("[data-method='Rft'] input").CheckAsync();
        await page.Page.Locator("[data-template='regex']").ClickAsync();

        await Assertions.Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Start" })).ToBeEnabledAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        page.AssertCalm();
    }
}
