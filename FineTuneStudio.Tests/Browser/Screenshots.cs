using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>Pictures of every page, for looking at: run with <c>-explicit only</c>; they go to docs/screens.</summary>
public sealed class Screenshots(ChromiumFixture chromium)
{
    [Fact(Explicit = true)]
    public async Task Take_EveryPage_LightAndDarkWideAndNarrow()
    {
        using var engine = new FakeTrainingEngine { TotalSteps = 120 };
        await using var studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(engine));
        var token = TestContext.Current.CancellationToken;

        var pages = new List<(string Name, string Address)> { ("home-empty", "/"), ("datasets-empty", "/datasets"), ("runs-empty", "/runs"), ("new-run-empty", "/runs/new"), ("adapters-empty", "/adapters") };
        await TakeAsync(studio, pages);

        await studio.AddModelAndDatasetAsync();
        var good = await studio.UploadAsync("intents-1k.jsonl", StudioSeed.IntentRows(), token);
        var faulty = await studio.UploadAsync("faulty.jsonl",
        [
            """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}""",
            """{"messages":[{"role":"user","content":"Hi"}]}""",
            """{"messages":[{"role":"robot","content":"Hi"},{"role":"assistant","content":"Hello"}]}""",
            """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}""",
            """{"messages":[{"role":"user","content":"Hey"},{"role":"assistant","content":"","weight":0}]}""",
            "not json at all",
        ], token);
        var table = await studio.UploadAsync("tickets.csv", ["subject,body,team", "Card lost,I lost my card,cards", "Refund,Where is my refund?,payments"], token);

        engine.Allow(120);
        var done = await studio.StartRunAsync("Intents, first try");
        var completed = await studio.WaitForAsync(done.Id, progress => progress.State == RunState.Completed, token);
        engine.Allow(47);
        var live = await studio.StartRunAsync("Intents, rank 32");
        await studio.WaitForAsync(live.Id, progress => progress.Step == 47, token);

        await TakeAsync(studio,
        [
            ("home", "/"), ("datasets", "/datasets"), ("dataset", $"/datasets/{good}"), ("dataset-faulty", $"/datasets/{faulty}"), ("dataset-csv", $"/datasets/{table}"),
            ("new-run", "/runs/new?dataset=intents-1k.jsonl"), ("runs", "/runs"), ("run-live", $"/runs/{live.Id}"), ("run-done", $"/runs/{done.Id}"), ("models", "/models"),
            ("adapters", "/adapters"), ("adapter", $"/adapters/{completed.AdapterId}"),
        ]);
    }

    private async Task TakeAsync(StudioServer studio, IEnumerable<(string Name, string Address)> pages)
    {
        var folder = Environment.GetEnvironmentVariable("STUDIO_SCREENS") ?? Path.Combine(Repository.Root, "docs", "screens");
        Directory.CreateDirectory(folder);
        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (390, false), (390, true) })
        {
            await using var page = await chromium.OpenAsync(studio.Address, width, width == 390 ? 844 : 900, dark);
            foreach (var (name, address) in pages)
            {
                await page.GoAsync(address);
                await page.Page.WaitForTimeoutAsync(700);
                await page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}-{width}-{(dark ? "dark" : "light")}.png"), FullPage = true });
            }

            page.AssertCalm();
        }
    }
}
