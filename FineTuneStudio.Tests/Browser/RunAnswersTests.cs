using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The answers of a reinforcement run, with an engine that the test moves step by step.</summary>
public sealed class RunAnswersTests(ChromiumFixture chromium) : SteppedStudioTests
{
    [Fact(Timeout = 300_000)]
    public async Task Answers_WhileTheRunGoesOn_FollowTheNewestStepUntilOneIsChosen()
    {
        var run = await Studio.StartReinforcementRunAsync();
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/{run.Id}?tab=answers");
        await page.Page.GetByText("No answers yet").WaitForAsync();

        Engine.Allow(3);
        await page.Page.GetByText("2 + 3 = 4, after step 3").WaitForAsync();
        await page.Page.FocusAsync("#answer-step");
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.GetByText("2 + 3 = 4, after step 1").WaitForAsync();
        await page.AddressAsync("step=1$");

        Engine.Allow(2);
        await page.Page.GetByText("1 of 5").WaitForAsync();
        await page.Page.GetByText("2 + 3 = 4, after step 1").WaitForAsync();
        await page.Page.FocusAsync("#answer-step");
        await page.Page.Keyboard.PressAsync("End");
        await page.Page.GetByText("2 + 3 = 4, after step 5").WaitForAsync();
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task Answers_FilteredSoughtAndFollowed_ShowGradesAndPushes()
    {
        Engine.Allow(40);
        var run = await Studio.StartReinforcementRunAsync();
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        await using var page = await chromium.OpenAsync(Studio.Address, width: 390, height: 844);
        await page.GoAsync($"/runs/{run.Id}?tab=answers&step=7");
        await page.Page.GetByText("12 answers to 3 prompts, 2 cut, 2 not graded").WaitForAsync();
        Assert.True(await page.Page.Locator(".rollout-answer .push[class*=up-]").CountAsync() > 0);
        Assert.True(await page.Page.Locator(".rollout-answer .push[class*=down-]").CountAsync() > 0);
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));

        await Assertions.Expect(page.Page.Locator("[data-turn]")).ToHaveCountAsync(3);
        await page.Page.Locator("[data-turn='tool']").GetByText("answered; read, not learnt").WaitForAsync();
        await page.Page.Locator("[data-turn='model'] [data-call='add']").GetByText("calls").WaitForAsync();
        Assert.Equal(0, await page.Page.Locator("[data-turn='tool'] .push").CountAsync());

        await page.Page.SelectOptionAsync("[aria-label='Which answers']", new SelectOptionValue { Label = "Not graded" });
        await Assertions.Expect(page.Page.Locator(".rollout-answer")).ToHaveCountAsync(2);
        await page.Page.GetByText("ValueError: no number in it").First.WaitForAsync();
        await page.Page.FillAsync("[aria-label='Find in the step\\'s answers']", "nothing like it");
        await page.Page.GetByText("No answer of this step is like that.").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".rollout-answer")).ToHaveCountAsync(12);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Follow through the run: the prompt of line 2" }).PressAsync("Enter");
        await page.Page.GetByText("Asked in 40 batches").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = "Step 40" }).WaitForAsync();
        await page.Page.GetByText("mean reward 0.4 at step 1, 0.4 at step 40").WaitForAsync();
        await Assertions.Expect(page.Page.Locator(".rollout-group")).ToHaveCountAsync(8);
        await page.AddressAsync("prompt=1");
        page.AssertCalm();
    }
}
