using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>A page of the studio in a browser; remembers what went wrong in it.</summary>
internal sealed class StudioPage : IAsyncDisposable
{
    /// <summary>Milliseconds to wait for something that will come, on a machine that has much else to do.</summary>
    private const float Patience = 60_000;

    private readonly List<string> _troubles = [];

    public StudioPage(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _troubles.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _troubles.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Opens an address and waits until the page answers clicks.</summary>
    public async Task GoAsync(string address)
    {
        await Page.GotoAsync(address);
        await InteractiveAsync();
    }

    /// <summary>Blazor has taken the page over: its circuit is open.</summary>
    public Task InteractiveAsync() => Page.WaitForFunctionAsync("() => window.Blazor && document.documentElement.dataset.interactive === 'true'");

    /// <summary>Nothing on the page is still on its way: no placeholder, no font, no curve.</summary>
    public Task SettledAsync() => Page.WaitForFunctionAsync(
        "() => document.fonts.status === 'loaded' && !document.querySelector('.skeleton') && [...document.querySelectorAll('.run-charts, .compare-charts')].every(charts => charts.dataset.points)");

    /// <summary>The address fits a regular expression; unlike Playwright's own wait, it misses no change that comes while it begins to wait.</summary>
    public Task AddressAsync([StringSyntax(StringSyntaxAttribute.Regex)] string pattern) => Assertions.Expect(Page).ToHaveURLAsync(new Regex(pattern));

    /// <summary>No error in the console so far.</summary>
    public void AssertCalm() => Assert.True(_troubles.Count == 0, string.Join('\n', _troubles));

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
