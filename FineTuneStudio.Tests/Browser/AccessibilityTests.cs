using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>axe-core finds nothing on any page, in light and dark, wide and narrow.</summary>
public sealed class AccessibilityTests(ChromiumFixture chromium)
{
    /// <summary>Each fault with the first element that has it.</summary>
    private const string Audit = """
        async () => (await axe.run()).violations.map(fault => `${fault.id}: ${fault.nodes.slice(0, 4).map(node => node.target.join(' ')).join(' | ')} (${fault.help})`)
        """;

    private static string Axe => Path.Combine(Repository.Root, "FineTuneStudio", "node_modules", "axe-core", "axe.min.js");

    [Fact(Timeout = 600_000)]
    public Task Page_Any_HasNoViolation() => AuditAsync(width: 1440, dark: false);

    [Theory(Timeout = 1_200_000)]
    [Trait("Category", "Slow")]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public Task Page_DarkOrNarrow_HasNoViolation(int width, bool dark) => AuditAsync(width, dark);

    private async Task AuditAsync(int width, bool dark)
    {
        Assert.SkipUnless(File.Exists(Axe), "axe-core is not installed (npm ci in FineTuneStudio).");
        await using var tour = await StudioTour.StartAsync();
        await using var page = await chromium.OpenAsync(tour.Studio.Address, width, width == 390 ? 844 : 900, dark);
        var source = await File.ReadAllTextAsync(Axe, TestContext.Current.CancellationToken);
        var faults = new List<string>();

        await AuditAsync(page, source, StudioTour.EmptyPages, faults);
        await AuditAsync(page, source, await tour.FillAsync(TestContext.Current.CancellationToken), faults);
        await AuditOpenAsync(page, source, faults);

        Assert.Empty(faults);
    }

    private static async Task AuditAsync(StudioPage page, string source, IReadOnlyList<(string Name, string Address)> pages, List<string> faults)
    {
        foreach (var (name, address) in pages)
        {
            await page.GoAsync(address);
            await AuditAsync(page, source, name, faults);
        }
    }

    /// <summary>What lies over a page is part of it.</summary>
    private static async Task AuditOpenAsync(StudioPage page, string source, List<string> faults)
    {
        await page.GoAsync("/settings");
        await page.Page.Keyboard.PressAsync("Control+k");
        await page.Page.Locator("#palette [aria-selected=true]").WaitForAsync();
        await AuditAsync(page, source, "palette", faults);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Locator("h1").ClickAsync();
        await page.Page.Keyboard.PressAsync("?");
        await page.Page.Locator("#shortcuts[open]").WaitForAsync();
        await AuditAsync(page, source, "shortcuts", faults);
    }

    private static async Task AuditAsync(StudioPage page, string source, string name, List<string> faults)
    {
        // Evaluated, not added as a script: the page's own policy allows no foreign one.
        await page.Page.EvaluateAsync(source);
        faults.AddRange((await page.Page.EvaluateAsync<string[]>(Audit)).Select(fault => $"{name}: {fault}"));
    }
}
