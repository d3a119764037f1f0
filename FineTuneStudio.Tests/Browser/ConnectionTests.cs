using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>A page whose studio goes away and comes back.</summary>
public sealed class ConnectionTests(ChromiumFixture chromium)
{
    [Fact(Timeout = 300_000)]
    public async Task Form_StudioStartedAnewInTheMiddle_HasWhatWasTypedBeforeAndMeanwhile()
    {
        using var data = new TemporaryFolder();
        var before = await StudioServer.StartAsync(dataDirectory: data.FullName);
        var port = before.Address.Port;
        await using var page = await chromium.OpenAsync(before.Address);
        await page.GoAsync("/models");
        await page.Page.FillAsync("#repository", "typed/before");
        await page.Page.Locator("#repository").BlurAsync();

        await before.DisposeAsync();
        await page.Page.Locator("#connection:not([hidden])").WaitForAsync();
        Assert.Equal("typed/before", await page.Page.InputValueAsync("#repository"));
        await page.Page.FillAsync("#model-name", "typed meanwhile");

        await using var after = await StudioServer.StartAsync(dataDirectory: data.FullName, port: port);
        await page.Page.Locator("#connection[hidden]").WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Attached });
        await page.InteractiveAsync();
        await page.Page.WaitForFunctionAsync("() => document.getElementById('model-name')?.value === 'typed meanwhile'");
        await page.Page.WaitForFunctionAsync("() => document.getElementById('repository')?.value === 'typed/before'");
    }
}
