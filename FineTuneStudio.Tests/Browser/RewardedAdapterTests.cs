using System.Globalization;
using System.Text.RegularExpressions;
using FineTuneStudio.Application;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>From a grader to an adapter, as a person does it, with the real engine: prompts in, an adapter out that learnt by reward and is loaded again.</summary>
public sealed partial class RewardedAdapterTests(ChromiumFixture chromium)
{
    private const int Steps = 4;
    private const int Prompts = 8;
    private const int Answers = 8;
    private const string Grader = "{ \"type\": \"math\", \"name\": \"right\", \"reference\": \"{{item.answer}}\" }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Prompts_Workbench_Forecast_Run_Answers_Download_GivesAnAdapterThatAnswersTheSame()
    {
        Assert.SkipUnless(Directory.Exists(StudioPaths.EmbeddedModel), "models/nano is not built.");
        await using var studio = await StudioServer.StartAsync();
        using var files = new TemporaryFolder();
        var prompts = files.At("number-facts.jsonl");
        await File.WriteAllLinesAsync(prompts, File.ReadLines(Path.Combine(Repository.Root, "samples", "number-facts.jsonl")).Take(240), Token);

        await using var page = await chromium.OpenAsync(studio.Address);
        page.Page.SetDefaultTimeout(120_000);
        await UploadAsync(page, prompts);
        await GradeAsync(page);
        await ConfigureAsync(page);
        await ForecastAsync(page);
        await WatchAsync(page);
        await ReadAnswersAsync(page);
        var (zip, answer) = await DownloadAsync(page, files);
        Assert.Equal(answer, await LoadAgainAsync(page, zip));
        page.AssertCalm();
    }

    private static async Task UploadAsync(StudioPage page, string prompts)
    {
        await page.GoAsync("/datasets");
        await page.Page.SetInputFilesAsync("#upload-input", prompts);
        await page.AddressAsync("/datasets/[0-9a-f-]{36}$");
        await page.Page.GetByText("Prompts: for reinforcement fine-tuning").WaitForAsync();
    }

    /// <summary>A grader of one's own, which the rows' right answers must please and those of other rows must not.</summary>
    private static async Task GradeAsync(StudioPage page)
    {
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Graders" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-template='math']")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Page.FillAsync("#first-json", Grader);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Grade", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("[data-summary='1-Own'] strong")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Page.Locator("[data-summary='1-OtherRow'] strong")).ToHaveTextAsync("0");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use it in a new run" }).ClickAsync();
        await page.AddressAsync("/runs/new\\?dataset=");
    }

    private static async Task ConfigureAsync(StudioPage page)
    {
        await Assertions.Expect(page.Page.Locator("#grader-json")).ToHaveValueAsync(Grader);
        await page.Page.FillAsync("#rl-prompts", Number(Prompts));
        await page.Page.FillAsync("#rl-answers", Number(Answers));
        await page.Page.FillAsync("#rl-tokens", "8");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Say it in steps" }).First.ClickAsync();
        await page.Page.FillAsync("#steps", Number(Steps));
        await page.Page.FillAsync("#rate", "2e-3");
        await page.Page.FillAsync("#context", "128");
        await page.Page.GetByText("Accumulation, packing, optimizer, precision").ClickAsync();
        await page.Page.SelectOptionAsync("#precision", "Fp32");
    }

    /// <summary>The data answers two of the tree's questions; what the model makes of the prompts answers the third.</summary>
    private static async Task ForecastAsync(StudioPage page)
    {
        await page.Page.Locator("[data-choice='labels-no'].taken").WaitForAsync();
        await page.Page.Locator("[data-choice='verifiable-yes'].taken").WaitForAsync();
        await page.Page.GetByText("Not measured yet").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Measure it", Exact = true }).ClickAsync();
        await page.Page.GetByText("of your prompts, one answer earns").First.WaitForAsync();
        await page.Page.Locator("[data-choice='trying-some'].taken").WaitForAsync();
        await page.Page.Locator("[data-outcome='rft'].taken").WaitForAsync();
        await page.Page.Locator(".forecast [data-verdict='Learns']").WaitForAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.AddressAsync("/runs/[0-9a-f-]{36}$");
    }

    private static async Task WatchAsync(StudioPage page)
    {
        await page.Page.WaitForSelectorAsync($".run-charts[data-points='{Steps}'][data-live='over']");
        Assert.True(await page.Page.EvaluateAsync<int>("() => document.querySelector('.run-charts').run.messages") > 1, "No point came while the run went on.");
        var steps = await page.Page.EvaluateAsync<int[]>("() => Array.from(document.querySelector('.run-charts').run.series.view('step'))");
        Assert.Equal(Enumerable.Range(1, Steps), steps);
        var heldOut = await page.Page.EvaluateAsync<int[]>("() => document.querySelector('.run-charts').run.rewards.map(([step]) => step)");
        Assert.Equal((0, Steps), (heldOut[0], heldOut[^1]));
    }

    /// <summary>What the chart says of the last step is the mean of the answers that can be read.</summary>
    private static async Task ReadAnswersAsync(StudioPage page)
    {
        var charted = await page.Page.EvaluateAsync<double>("() => document.querySelector('.run-charts').run.series.view('reward').at(-1)");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Answers" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".rollout-group")).ToHaveCountAsync(Prompts);
        var rewards = await page.Page.Locator(".rollout-answer .rollout-marks strong").AllInnerTextsAsync();
        Assert.Equal(Prompts * Answers, rewards.Count);
        Assert.Equal(charted, rewards.Average(reward => double.Parse(reward, CultureInfo.InvariantCulture)), 1e-3);
        Assert.True(await page.Page.Locator(".rollout-answer .push").CountAsync() > 0);
    }

    private static async Task<(string Zip, string Answer)> DownloadAsync(StudioPage page, TemporaryFolder files)
    {
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "See the adapter" }).ClickAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { NameRegex = AdapterLink() }).ClickAsync());
        await download.SaveAsAsync(files.At("adapter.zip"));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Check it" }).ClickAsync();
        await page.Page.Locator("[data-reload='passed']").WaitForAsync();
        return (files.At("adapter.zip"), await AskAsync(page));
    }

    /// <summary>What was downloaded, taken in as a stranger's: what it answers to the same prompt.</summary>
    private static async Task<string> LoadAgainAsync(StudioPage page, string zip)
    {
        var before = page.Page.Url;
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Adapters" }).First.ClickAsync();
        await page.Page.SetInputFilesAsync("#upload-input", zip);
        await page.AddressAsync("/adapters/[0-9a-f-]{36}$");
        Assert.NotEqual(before, page.Page.Url);
        await page.Page.GetByText("LoRA: rank").WaitForAsync();
        return await AskAsync(page);
    }

    private static async Task<string> AskAsync(StudioPage page)
    {
        await page.Page.FillAsync("#prompt", "What is 7 plus 6?");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Ask both" }).ClickAsync();
        var answer = page.Page.Locator("[data-answer='1'][data-ended] .answer-text");
        await answer.WaitForAsync();
        return await answer.InnerTextAsync();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^Adapter,")]
    private static partial Regex AdapterLink();
}
