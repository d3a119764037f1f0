using System.IO.Compression;
using FineTuneStudio.Application;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>"Train your first model", as somebody does it who has never trained one, with the real engine and nothing uploaded.</summary>
public sealed class FirstRunTests(ChromiumFixture chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task FirstRun_FourClicks_GiveAnAdapterThatAnswersRight()
    {
        Assert.SkipUnless(Directory.Exists(StudioPaths.EmbeddedModel), "models/nano is not built.");
        await using var studio = await StudioServer.StartAsync();
        using var files = new TemporaryFolder();
        await using var page = await chromium.OpenAsync(studio.Address);
        page.Page.SetDefaultTimeout(500_000);
        await page.GoAsync("/");

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Train your first model" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Use these examples" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start training" }).ClickAsync();
        await page.AddressAsync("/first-run/.+");

        // Where a person is stands in the address: leaving and coming back changes nothing.
        await page.Page.Locator("[data-guide=progress] strong").WaitForAsync();
        await page.Page.ReloadAsync();
        await page.Page.Locator("[data-score=after]").WaitForAsync();
        var before = await ScoreAsync(page, "before");
        var after = await ScoreAsync(page, "after");
        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Link, new() { Name = "Download the adapter" }).ClickAsync());
        await download.SaveAsAsync(files.At("adapter.zip"));

        await ZipFile.ExtractToDirectoryAsync(files.At("adapter.zip"), files.At("adapter"), Token);
        Assert.True(File.Exists(files.At("adapter/adapter_model.safetensors")));
        Assert.InRange(before, 0, 10);
        Assert.InRange(after, 30, 40);
        page.AssertCalm();
    }

    private static async Task<int> ScoreAsync(StudioPage page, string when)
    {
        var text = await page.Page.Locator($"[data-score={when}]").InnerTextAsync();
        return int.Parse(text.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }
}
