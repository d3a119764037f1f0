using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using FineTuneStudio.Application;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Evaluation;
using FineTuneStudio.Engine.Training.Sft;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The main job, as a person does it, with the real engine: real data in, an adapter out that works elsewhere.</summary>
public sealed partial class FirstAdapterTests(ChromiumFixture chromium)
{
    private const int Steps = 6;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Upload_Method_Options_LiveChart_Download_GivesTheRunsHeldOutLossAgain()
    {
        var train = SharedData.Data("banking77", "train.csv");
        Assert.SkipUnless(Directory.Exists(StudioPaths.EmbeddedModel), "models/nano is not built.");
        await using var studio = await StudioServer.StartAsync();
        using var files = new TemporaryFolder();
        var table = files.At("banking.csv");
        var lines = await File.ReadAllLinesAsync(train, Token);
        await File.WriteAllLinesAsync(table, lines.Where((_, line) => line == 0 || line % 40 == 1), Token);

        await using var page = await chromium.OpenAsync(studio.Address);
        page.Page.SetDefaultTimeout(120_000);
        await UploadAsync(page, table);
        await ConfigureAsync(page);
        var heldOutLoss = await WatchAsync(page);
        var zip = await DownloadAsync(page, files);

        await ZipFile.ExtractToDirectoryAsync(zip, files.At("adapter"), Token);
        Assert.Equal(["README.md", "adapter_config.json", "adapter_model.safetensors"], Directory.GetFiles(files.At("adapter")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(heldOutLoss, HeldOutLoss(studio, files.At("adapter")), 1e-3);
        page.AssertCalm();
    }

    private static async Task UploadAsync(StudioPage page, string table)
    {
        await page.GoAsync("/datasets");
        await page.Page.SetInputFilesAsync("#upload-input", table);
        await page.AddressAsync("/datasets/[0-9a-f-]{36}$");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Train on this" }).WaitForAsync();
        await page.Page.GetByRole(AriaRole.Tab, new() { Name = "Tokens" }).ClickAsync();
        await page.Page.Locator(".tokens .token.learnt").First.WaitForAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Train on this" }).ClickAsync();
    }

    private static async Task ConfigureAsync(StudioPage page)
    {
        // Two questions the data answers itself; the third is the person's.
        await page.Page.Locator("[data-choice='labels-yes'].taken").WaitForAsync();
        await page.Page.Locator("[data-choice='amount-hundreds'].taken").WaitForAsync();
        await page.Page.Locator("[data-choice='reasoning-no']").ClickAsync();
        await page.Page.Locator("[data-outcome='sft'].taken").WaitForAsync();

        // Around the tree and back: other answers lead to a judge, whose grader is filled in and says that none is set up.
        await page.Page.Locator("[data-choice='labels-no']").ClickAsync();
        await page.Page.Locator("[data-choice='verifiable-no']").ClickAsync();
        await page.Page.Locator("[data-outcome='judge'].taken").WaitForAsync();
        await Assertions.Expect(page.Page.Locator("[data-template='judge']")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Page.GetByText("This grader asks a judge, and none is set up").First.WaitForAsync();
        await page.Page.Locator("[data-choice='labels-yes']").ClickAsync();
        await page.Page.Locator("[data-outcome='sft'].taken").WaitForAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Say it in steps" }).First.ClickAsync();
        await page.Page.FillAsync("#steps", Steps.ToString(CultureInfo.InvariantCulture));
        await page.Page.FillAsync("#context", "256");
        await page.Page.FillAsync("#rank", "8");
        await page.Page.SelectOptionAsync("#schedule", nameof(ScheduleKind.Linear));
        await page.Page.Locator("[data-review='steps']").GetByText($"{Steps}", new() { Exact = true }).WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
    }

    private static async Task<double> WatchAsync(StudioPage page)
    {
        await page.Page.WaitForSelectorAsync($".run-charts[data-points='{Steps}'][data-live='over']");
        var steps = await page.Page.EvaluateAsync<int[]>("() => Array.from(document.querySelector('.run-charts').run.series.view('step'))");
        Assert.Equal(Enumerable.Range(1, Steps), steps);

        var evaluations = await page.Page.EvaluateAsync<double[][]>("() => document.querySelector('.run-charts').run.evaluations");
        Assert.Equal((0, Steps), ((int)evaluations[0][0], (int)evaluations[^1][0]));
        Assert.True(evaluations[^1][1] < evaluations[0][1], "The held-out loss did not fall.");
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Samples" }).ClickAsync();
        await page.Page.Locator(".sample").First.WaitForAsync();
        return evaluations[^1][1];
    }

    private static async Task<string> DownloadAsync(StudioPage page, TemporaryFolder files)
    {
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "See the adapter" }).ClickAsync();
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { NameRegex = AdapterLink() }).ClickAsync());
        await download.SaveAsAsync(files.At("adapter.zip"));

        await page.Page.FillAsync("#prompt", "Where is my card?");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Ask both" }).ClickAsync();
        await page.Page.Locator("[data-answer='0'] .answer-text").Filter(new() { HasTextRegex = SomeText() }).WaitForAsync();
        await page.Page.Locator("[data-answer='1'] .answer-text").Filter(new() { HasTextRegex = SomeText() }).WaitForAsync();
        return files.At("adapter.zip");
    }

    /// <summary>The loss of the downloaded adapter on the rows that the run held out.</summary>
    private static double HeldOutLoss(StudioServer studio, string adapterFolder)
    {
        var run = Directory.GetDirectories(Path.Combine(studio.DataDirectory, "runs")).Single();
        var specification = RunSpecification.Parse(File.ReadAllText(Path.Combine(run, "spec.json")), "spec.json");
        var rows = TrainingRows.Load(specification, Renderer.Load(specification.Model), ActivityReport.None, Token);
        using var model = CausalModel.Load(specification.Model, specification.Precision);
        using var adapter = AdapterSet.Load(adapterFolder, model.Linears);
        using var tuned = model.WithAdapter(adapter);
        return HeldOutEvaluator.Loss(tuned, [.. rows.HeldOut.Select(row => row.Rendered)], 4096, ActivityReport.None, Token);
    }

    [GeneratedRegex(@"\S")]
    private static partial Regex SomeText();

    [GeneratedRegex("^Adapter,")]
    private static partial Regex AdapterLink();
}
