using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>Pictures of every page, for looking at: <c>./studio screenshots</c> puts all of them into docs/screens/all, and those that documents show beside it.</summary>
public sealed class Screenshots(ChromiumFixture chromium)
{
    /// <summary>Pictures that README.md and docs show.</summary>
    private static readonly string[] Shown = ["run-done-1440-light", "dataset-1440-light", "new-run-1440-dark", "home-1440-light", "first-run-done-1440-light"];

    private static string Folder => Environment.GetEnvironmentVariable("STUDIO_SCREENS") ?? Path.Combine(Repository.Root, "docs", "screens", "all");

    [Fact(Explicit = true)]
    public async Task Take_EveryPage_LightAndDarkWideAndNarrow()
    {
        await using var tour = await StudioTour.StartAsync();
        await TakeAsync(tour.Studio, StudioTour.EmptyPages);
        await TakeAsync(tour.Studio, await tour.FillAsync(TestContext.Current.CancellationToken));
        foreach (var name in Shown)
        {
            File.Copy(Path.Combine(Folder, name + ".png"), Path.Combine(Repository.Root, "docs", "screens", name + ".png"), overwrite: true);
        }
    }

    private async Task TakeAsync(StudioServer studio, IReadOnlyList<(string Name, string Address)> pages)
    {
        Directory.CreateDirectory(Folder);
        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (390, false), (390, true) })
        {
            await using var page = await chromium.OpenAsync(studio.Address, width, width == 390 ? 844 : 900, dark);
            foreach (var (name, address) in pages)
            {
                await page.GoAsync(address);
                await page.Page.WaitForTimeoutAsync(700);
                await page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder, $"{name}-{width}-{(dark ? "dark" : "light")}.png"), FullPage = true });
            }
        }
    }
}
