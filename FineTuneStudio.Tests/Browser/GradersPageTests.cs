using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The workbench of graders in a real browser.</summary>
public sealed class GradersPageTests(ChromiumFixture chromium) : SteppedStudioTests(totalSteps: 2)
{
    [Fact(Timeout = 300_000)]
    public async Task TwoGraders_OnADataset_ShowScoresReasonsAndWhereTheyDiffer()
    {
        await using var page = await chromium.OpenAsync(Studio.Address, width: 390, height: 844);
        await page.GoAsync("/graders");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Grade", Exact = true }).ClickAsync();
        await page.Page.Locator("[data-summary='1-Own']").GetByText("24", new() { Exact = true }).WaitForAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Compare with a second grader" }).ClickAsync();
        await page.Page.FillAsync("#second-json", "{ \"type\": \"regex\", \"name\": \"any\", \"pattern\": \".\" }");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Grade", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-agreement]")).ToHaveTextAsync("They are within 0.1 of one another on 24 of 48 answers.");
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));

        await page.Page.ReloadAsync();
        await page.InteractiveAsync();
        await Assertions.Expect(page.Page.Locator("#second-json")).ToHaveValueAsync("{ \"type\": \"regex\", \"name\": \"any\", \"pattern\": \".\" }");
        page.AssertCalm();
    }

    [Fact(Timeout = 300_000)]
    public async Task AnswersOfARun_Graded_AreListedWithTheirGrades()
    {
        Engine.Allow(2);
        var run = await Studio.StartReinforcementRunAsync("Sums by reward");
        await Studio.WaitForAsync(run.Id, progress => progress.State == RunState.Completed, Token);
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/graders");

        await page.Page.SelectOptionAsync("#bench-source", run.Id.ToString());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Grade", Exact = true }).ClickAsync();

        await page.Page.GetByText("after step 2").First.WaitForAsync();
        await page.Page.Locator("[data-summary='1-Run']").WaitForAsync();
        page.AssertCalm();
    }
}
