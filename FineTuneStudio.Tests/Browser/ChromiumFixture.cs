using FineTuneStudio.Tests.Browser;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(ChromiumFixture))]

namespace FineTuneStudio.Tests.Browser;

/// <summary>One Chromium for all browser tests, started by the first that needs it; each test has a context of its own.</summary>
public sealed class ChromiumFixture : IAsyncDisposable
{
    private static readonly string[] Flags =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where Debian puts it; <c>STUDIO_CHROMIUM</c> names another.</summary>
    private static string Executable => Environment.GetEnvironmentVariable("STUDIO_CHROMIUM") ?? "/usr/bin/chromium";

    /// <summary>A fresh page; skips the test, visibly, where there is no Chromium.</summary>
    /// <param name="address">The studio.</param>
    /// <param name="width">Viewport, in CSS pixels.</param>
    /// <param name="height">Viewport, in CSS pixels.</param>
    /// <param name="dark">The system's colour scheme.</param>
    internal async Task<StudioPage> OpenAsync(Uri address, int width = 1440, int height = 900, bool dark = false)
    {
        Assert.SkipUnless(File.Exists(Executable), $"{Executable} is not installed (apt-get install chromium).");
        var browser = await StartAsync();
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            AcceptDownloads = true,
        });
        return new StudioPage(await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable, Args = Flags });
        }
        finally
        {
            _starting.Release();
        }
    }
}
