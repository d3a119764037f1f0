using System.IO.Compression;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>An adapter that was made elsewhere, from a zip in a browser to the form of a run that begins with it.</summary>
public sealed class AdaptersPageTests(ChromiumFixture chromium) : SteppedStudioTests(totalSteps: 2)
{
    [Fact(Timeout = 600_000)]
    public async Task Zip_DroppedAfterAFault_IsThereAndARunBeginsWithIt()
    {
        using var folder = new TemporaryFolder();
        using (var made = AdapterSet.Create(ModelFolder.Linears(Path.Combine(Repository.Root, "models", "nano")), new LoraOptions { Rank = 4, Alpha = 12, Targets = ["q_proj"] }, seed: 1))
        {
            made.Save(folder.At("inside/borrowed"), "someone/else");
        }

        ZipFile.CreateFromDirectory(folder.At("inside"), folder.At("borrowed.zip"));
        await using var page = await chromium.OpenAsync(Studio.Address);
        await page.GoAsync("/adapters");

        await page.Page.FillAsync("#import-place", folder.At("nowhere"));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Import" }).ClickAsync();
        await page.Page.GetByText("There is no such folder or file").WaitForAsync();
        await page.Page.SelectOptionAsync("#import-model", StudioSeed.Model);
        await Assertions.Expect(page.Page.Locator(".drop")).ToHaveAttributeAsync("data-upload", $"api/adapters?model={StudioSeed.Model}&called=");
        await page.Page.SetInputFilesAsync("#upload-input", folder.At("borrowed.zip"));
        await page.AddressAsync("/adapters/[0-9a-f-]{36}$");
        await page.Page.GetByText("LoRA: rank 4, alpha 12").WaitForAsync();
        Assert.Equal(0, await page.Page.GetByText("Reload check").CountAsync());

        await page.Page.GetByText("Train on").First.ClickAsync();
        await page.AddressAsync("/runs/new\\?adapter=");
        await Assertions.Expect(page.Page.Locator("#rank")).ToHaveValueAsync("4");
        await Assertions.Expect(page.Page.Locator("#begin option:checked")).ToContainTextAsync("borrowed, made elsewhere");
        await Assertions.Expect(page.Page.Locator("#rank")).ToBeDisabledAsync();
        await page.Page.GetByText("are those of the adapter to begin with").WaitForAsync();

        // What contradicts it is said, and one click takes the adapter's again.
        await page.Page.GetByText("Read and edit the specification").ClickAsync();
        var text = page.Page.Locator("#spec-json");
        await text.FillAsync((await text.InputValueAsync()).Replace("\"rank\": 4", "\"rank\": 8", StringComparison.Ordinal));
        await page.Page.GetByText("The adapter to begin with has 4").First.WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Take the adapter's" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#rank")).ToHaveValueAsync("4");
        await Assertions.Expect(page.Page.GetByText("The adapter to begin with has 4")).ToHaveCountAsync(0);

        // A preset keeps its shape; without it the fields are a person's again.
        await page.Page.Locator("[data-preset='thorough']").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#epochs")).ToHaveValueAsync("4");
        await Assertions.Expect(page.Page.Locator("#rank")).ToHaveValueAsync("4");
        await page.Page.SelectOptionAsync("#begin", "");
        await Assertions.Expect(page.Page.Locator("#rank")).ToBeEnabledAsync();
        page.AssertCalm();
    }
}
