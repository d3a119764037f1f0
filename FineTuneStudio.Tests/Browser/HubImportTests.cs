using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>A model fetched from a hub, on the models page, with a hub of the test's own.</summary>
public sealed class HubImportTests(ChromiumFixture chromium)
{
    private const string Secret = "hf_of_this_test_alone";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task Import_MissingGatedStoppedAndResumed_IsExplainedAndEndsInTheLibrary()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.AddFolder(SharedData.Golden("models", "llama"), "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors");
        var held = new TaskCompletionSource();
        hub.Held = held.Task;
        await using var studio = await StudioServer.StartAsync();
        await using var page = await chromium.OpenAsync(studio.Address, width: 390, height: 844);
        await page.GoAsync("/models");
        await page.Page.GetByText("Another hub, an access token").ClickAsync();
        await page.Page.FillAsync("#endpoint", hub.Address.ToString());

        async Task BeginAsync(string repository, string token = "")
        {
            await page.Page.FillAsync("#repository", repository);
            await page.Page.FillAsync("#token", token);
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        }

        await BeginAsync("no repository");
        await page.Page.GetByText("names no repository; expected owner/name").WaitForAsync();

        hub.Token = Secret;
        await BeginAsync("acme/none");
        await page.Page.GetByText("There is no such model").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();

        hub.Gated = true;
        await page.Page.FillAsync("#endpoint", hub.Address.ToString());
        await BeginAsync(FakeHub.Repository);
        await page.Page.GetByText("This model is gated").WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();

        hub.Gated = false;
        await page.Page.FillAsync("#endpoint", hub.Address.ToString());
        await BeginAsync(FakeHub.Repository, Secret);
        await page.Page.Locator("[data-import='running']").GetByText("fetched").WaitForAsync();
        await Assertions.Expect(page.Page.Locator("#token")).ToHaveValueAsync("");
        Assert.True(await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await page.Page.GetByText("what was fetched is kept").WaitForAsync();

        hub.Held = null;
        held.SetResult();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await page.Page.Locator("[data-import='done']").WaitForAsync();
        await page.Page.Locator(".model-card").Filter(new() { HasText = "tiny" }).WaitForAsync();
        Assert.Contains(hub.Requests, request => request.Path.EndsWith("model.safetensors", StringComparison.Ordinal) && request.Range.StartsWith("bytes=", StringComparison.Ordinal));

        // The token went along with every question, and lies nowhere.
        Assert.Contains(hub.Requests, request => request.Authorization == $"Bearer {Secret}");
        foreach (var file in Directory.EnumerateFiles(studio.DataDirectory, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(Secret, await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
        }

        page.AssertCalm();
    }
}
