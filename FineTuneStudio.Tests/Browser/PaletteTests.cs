using FineTuneStudio.Application.Runs;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>The palette and the shortcuts, by keyboard alone.</summary>
public sealed class PaletteTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private readonly FakeTrainingEngine _engine = new();
    private StudioServer _studio = null!;
    private StudioPage _page = null!;

    private IKeyboard Keys => _page.Page.Keyboard;

    private ILocator Chosen => _page.Page.Locator("#palette [aria-selected=true]");

    public async ValueTask InitializeAsync()
    {
        _studio = await StudioServer.StartAsync(services => services.AddSingleton<ITrainingEngine>(_engine));
        await _studio.AddModelAndDatasetAsync();
        _page = await chromium.OpenAsync(_studio.Address);
        await _page.GoAsync("/settings");
    }

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        await _studio.DisposeAsync();
        _engine.Dispose();
    }

    [Fact(Timeout = 180_000)]
    public async Task Palette_AFewLetters_LeadToAPageAndToAThing()
    {
        _engine.Allow(3);
        var run = await _studio.StartRunAsync("Intents, rank 32");

        await Keys.PressAsync("Control+k");
        await Keys.TypeAsync("plgr");
        await Chosen.Filter(new() { HasText = "Playground" }).WaitForAsync();
        await Keys.PressAsync("Enter");
        await _page.AddressAsync("/playground$");

        await Keys.PressAsync("Control+k");
        await Keys.TypeAsync("int r32");
        await Chosen.Filter(new() { HasText = "Intents, rank 32" }).WaitForAsync();
        await Keys.PressAsync("Enter");
        await _page.AddressAsync($"/runs/{run.Id}");
        _page.AssertCalm();
    }

    [Fact(Timeout = 180_000)]
    public async Task Palette_PauseOfTheRunAtWork_PausesIt()
    {
        _engine.Allow(3);
        await _studio.StartRunAsync("Intents");
        await Keys.PressAsync("Control+k");
        await Keys.TypeAsync("pause intents");
        await Chosen.Filter(new() { HasText = "Pause Intents" }).WaitForAsync();
        await Keys.PressAsync("Enter");

        await Keys.PressAsync("g");
        await Keys.PressAsync("h");
        await _page.Page.Locator("[data-state='Paused']").First.WaitForAsync();
    }

    [Fact(Timeout = 180_000)]
    public async Task Palette_Escape_ClosesAndGivesTheFocusBack()
    {
        await _page.Page.Locator("#threads").FocusAsync();
        await Keys.PressAsync("Control+k");
        await _page.Page.Locator("#palette[open]").WaitForAsync();
        await Keys.PressAsync("Escape");

        await _page.Page.Locator("#palette:not([open])").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Equal("threads", await _page.Page.EvaluateAsync<string>("() => document.activeElement.id"));
    }

    [Fact(Timeout = 180_000)]
    public async Task Theme_ChosenInThePalette_HoldsAfterAReloadAndInAnotherBrowser()
    {
        await Keys.PressAsync("Control+k");
        await Keys.TypeAsync("dark theme");
        await Keys.PressAsync("Enter");
        await _page.Page.Locator("html[data-theme=dark]").WaitForAsync();

        await using var other = await chromium.OpenAsync(_studio.Address);
        await other.GoAsync("/");
        Assert.Equal("dark", await other.Page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
    }

    [Fact(Timeout = 180_000)]
    public async Task SingleKeys_WhileTypingOrTurnedOff_DoNothing()
    {
        await Keys.PressAsync("?");
        await _page.Page.Locator("#shortcuts[open]").WaitForAsync();
        await Keys.PressAsync("Escape");

        await _page.Page.Locator(".kept").FocusAsync();
        await Keys.PressAsync("?");
        Assert.Equal(0, await _page.Page.Locator("#shortcuts[open]").CountAsync());

        await _page.Page.GetByLabel("Single letters are shortcuts").UncheckAsync();
        await _page.Page.Locator("html[data-single-keys=off]").WaitForAsync();
        await _page.Page.Locator("h1").ClickAsync();
        await Keys.PressAsync("?");
        Assert.Equal(0, await _page.Page.Locator("#shortcuts[open]").CountAsync());
    }
}
