using FineTuneStudio.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>Pictures of every page, light and dark, wide and on a phone: <c>./studio screenshots</c> puts whole pages into docs/screens/all, for looking at, and what README.md shows beside it.</summary>
public sealed class Screenshots(ChromiumFixture chromium)
{
    private const int Phone = 390;

    /// <summary>Nothing is still being read or measured, fonts are there and charts have their curve.</summary>
    private const string Settled = """
        () => document.fonts.status === 'loaded' && document.querySelector('.skeleton') === null
          && ![...document.querySelectorAll('.measuring button')].some(button => button.textContent === 'Stop')
          && [...document.querySelectorAll('.run-charts')].every(charts => charts.dataset.live !== undefined && charts.dataset.lastStep !== undefined)
        """;

    /// <summary>Pages that README.md shows, as much as a screen holds, each with what stands at the top of a wide one and of a phone's.</summary>
    private static readonly Dictionary<string, (string Wide, string Narrow)> Shown = new()
    {
        ["run-done"] = ("body", ".tabs"), ["dataset"] = ("body", "body"), ["new-run"] = ("section:has(> #h-preset)", ".suggestions"),
    };

    private static string Folder { get; } = Path.Combine(Repository.Root, "docs", "screens");

    private static string Everything => Environment.GetEnvironmentVariable("STUDIO_SCREENS") ?? Path.Combine(Folder, "all");

    [Fact(Explicit = true)]
    public async Task Take_EveryPage_WholeForLookingAt()
    {
        await using var tour = await StudioTour.StartAsync();
        await TakeAsync(tour.Studio, StudioTour.EmptyPages, TakeWholeAsync);
        await TakeAsync(tour.Studio, await tour.FillAsync(TestContext.Current.CancellationToken), TakeWholeAsync);
    }

    [Fact(Explicit = true)]
    public async Task Take_PagesOfTheReadme_AsMuchAsAScreenHolds()
    {
        await using var tour = await StudioTour.StartAsync();
        var pages = await tour.FillAsync(TestContext.Current.CancellationToken);
        await TakeAsync(tour.Studio, [.. pages.Where(page => Shown.ContainsKey(page.Name))], TakeScreenAsync);
    }

    /// <summary>The window grows to the page's height: charts that wait to be seen are drawn, and a phone's bar stays at its foot.</summary>
    private static async Task TakeWholeAsync(IPage page, string name, string file)
    {
        var (width, height) = (page.ViewportSize!.Width, page.ViewportSize.Height);
        await page.SetViewportSizeAsync(width, Math.Max(height, await page.EvaluateAsync<int>("document.documentElement.scrollHeight")));
        await page.WaitForTimeoutAsync(300);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Everything, file), Animations = ScreenshotAnimations.Disabled });
        await page.SetViewportSizeAsync(width, height);
    }

    private static async Task TakeScreenAsync(IPage page, string name, string file)
    {
        var (wide, narrow) = Shown[name];
        await page.EvaluateAsync("top => scrollTo(0, document.querySelector(top).getBoundingClientRect().top + scrollY - 16)", page.ViewportSize!.Width == Phone ? narrow : wide);
        await page.WaitForTimeoutAsync(300);
        await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, file), Animations = ScreenshotAnimations.Disabled });
    }

    private async Task TakeAsync(StudioServer studio, IReadOnlyList<(string Name, string Address)> pages, Func<IPage, string, string, Task> take)
    {
        foreach (var (width, dark) in new[] { (1440, false), (1440, true), (Phone, false), (Phone, true) })
        {
            await using var page = await chromium.OpenAsync(studio.Address, width, width == Phone ? 844 : 900, dark);
            foreach (var (name, address) in pages)
            {
                await page.GoAsync(address);
                await page.Page.WaitForFunctionAsync(Settled);
                await page.Page.WaitForTimeoutAsync(700);
                await take(page.Page, name, $"{name}-{width}-{(dark ? "dark" : "light")}.png");
            }
        }
    }
}
