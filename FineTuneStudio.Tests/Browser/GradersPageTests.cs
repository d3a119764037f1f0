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
    public async Task GraderOfANewRun_ToTheWorkbenchAndBack_IsKept()
    {
        const string Mine = "{ \"type\": \"regex\", \"name\": \"any\", \"pattern\": \"[a-z]\" }";
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/runs/new?dataset={StudioSeed.Dataset}");
        await page.Page.Locator("[data-method='Rft'] input").CheckAsync();
        await page.Page.FillAsync("#rl-answers", "6");
        await page.Page.Locator("[data-template='regex']").ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Open it in the workbench" }).ClickAsync();

        await page.AddressAsync("/graders\\?form=");
        await Assertions.Expect(page.Page.Locator("#first-json")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("\"regex\""));
        await page.Page.FillAsync("#first-json", Mine);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use it in the run" }).ClickAsync();

        await page.AddressAsync("/runs/new\\?dataset=");
        await Assertions.Expect(page.Page.Locator("#grader-json")).ToHaveValueAsync(Mine);
        await Assertions.Expect(page.Page.Locator("#rl-answers")).ToHaveValueAsync("6");

        // From the workbench itself there is a way to a run as well.
        await page.GoAsync("/graders");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use it in a new run" }).ClickAsync();
        await page.AddressAsync("/runs/new\\?dataset=");
        await page.Page.Locator("#grader-json").WaitForAsync();
        page.AssertCalm();
    }

    [Theory(Timeout = 300_000)]
    [InlineData("https://elsewhere.example/runs/new")]
    [InlineData("//elsewhere.example/runs/new")]
    [InlineData("/runs/newer")]
    public async Task FormElsewhere_IsNotGoneTo(string form)
    {
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync($"/graders?form={Uri.EscapeDataString(form)}");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use it in a new run" }).WaitForAsync();
        Assert.Equal(0, await page.Page.GetByText("Back to it without changes").CountAsync());
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
