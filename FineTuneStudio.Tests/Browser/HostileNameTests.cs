using FineTuneStudio.Application.Runs;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

public sealed class HostileNameTests(ChromiumFixture chromium)
{
    private const string Hostile = "<img src=x onerror=\"window.hacked=1\"> <script>window.hacked=1</script> \u202Eevil 🦙";

    [Fact(Timeout = 300_000)]
    public async Task Name_ThatIsMarkup_IsShownAsText()
    {
        var token = TestContext.Current.CancellationToken;
        using var engine = new FakeTrainingEngine { TotalSteps = 2 };
        await using var studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(engine));
        await studio.AddModelAndDatasetAsync();
        var dataset = await studio.UploadAsync(Hostile + ".jsonl", StudioSeed.IntentRows(3), token);
        engine.Allow(2);
        var run = await studio.StartRunAsync(Hostile + new string('x', 10_000));

        await using var page = await chromium.OpenAsync(studio.Address);
        foreach (var address in new[] { "/", "/datasets", $"/datasets/{dataset}", "/runs", $"/runs/{run.Id}", "/runs/new", "/adapters" })
        {
            await page.GoAsync(address);

            Assert.Null(await page.Page.EvaluateAsync<int?>("() => window.hacked ?? null"));
            Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{address} is wider than the window");
        }
    }
}
