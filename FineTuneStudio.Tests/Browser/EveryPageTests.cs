using FineTuneStudio.Tests.Browser.Audits;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>Every page in light and dark, wide and on a phone: axe-core finds nothing, nothing overlaps or is wider than the window, and the keyboard alone reaches all.</summary>
public sealed class EveryPageTests(ChromiumFixture chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 900_000)]
    [InlineData(1440, 900)]
    [InlineData(390, 844)]
    public async Task Page_Any_CanBeReadSeenAndReachedByEverybody(int width, int height)
    {
        Assert.SkipUnless(File.Exists(PageAudit.AxeFile), "axe-core is not installed (npm ci in FineTuneStudio).");
        await using var tour = await StudioTour.StartAsync();
        await using var page = await chromium.OpenAsync(tour.Studio.Address, width, height);
        var audit = new PageAudit();
        var faults = new List<string>();

        async Task AuditAsync(string name, bool withKeyboard = true)
        {
            await page.SettledAsync();
            var light = await audit.LookAsync(page.Page);
            await ChooseThemeAsync(page.Page, dark: true);
            var dark = await PageAudit.LookAtColoursAsync(page.Page);
            await ChooseThemeAsync(page.Page, dark: false);
            var walked = withKeyboard ? await audit.WalkAsync(page.Page) : [];
            faults.AddRange([.. light.Select(fault => $"{name}: {fault}"), .. dark.Select(fault => $"{name} in the dark: {fault}"), .. walked.Select(fault => $"{name} by keyboard: {fault}")]);
        }

        async Task VisitAsync(IReadOnlyList<(string Name, string Address)> pages)
        {
            foreach (var (name, address) in pages)
            {
                await page.GoAsync(address);
                await AuditAsync(name);
            }
        }

        await VisitAsync(StudioTour.EmptyPages);
        await VisitAsync(await tour.FillAsync(Token));
        await page.GoAsync("/settings");
        foreach (var (name, isModal, openAsync) in Overlays(page.Page, width))
        {
            await openAsync();
            await AuditAsync(name, isModal);
            await page.Page.Keyboard.PressAsync("Escape");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>The other theme, at once: a colour that still changes is no colour to judge.</summary>
    private static async Task ChooseThemeAsync(IPage page, bool dark)
    {
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
        await page.Locator($"html[data-theme={(dark ? "dark" : "light")}]").WaitForAsync();
    }

    /// <summary>What lies over a page is part of it.</summary>
    private static IEnumerable<(string Name, bool IsModal, Func<Task> OpenAsync)> Overlays(IPage page, int width)
    {
        yield return ("palette", true, async () =>
        {
            await page.Keyboard.PressAsync("Control+k");
            await page.Locator("#palette [aria-selected=true]").WaitForAsync();
        });
        yield return ("shortcuts", true, async () =>
        {
            await page.Locator("h1").ClickAsync();
            await page.Keyboard.PressAsync("?");
            await page.Locator("#shortcuts[open]").WaitForAsync();
        });
        if (width < 760)
        {
            yield return ("more", false, async () =>
            {
                await page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).ClickAsync();
                await page.Locator("#more-sheet:popover-open").WaitForAsync();
            });
        }
    }
}
