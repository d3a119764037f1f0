using FineTuneStudio.Application.Answers;
using FineTuneStudio.Persistence;
using FineTuneStudio.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace FineTuneStudio.Tests.Browser;

/// <summary>Conversations, with an engine that the test moves word by word.</summary>
public sealed class PlaygroundTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private readonly FakeAnswerEngine _engine = new();
    private StudioServer _studio = null!;
    private StudioPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        _studio = await StudioServer.StartAsync(services => services.AddSingleton<IAnswerEngine>(_engine));
        await _studio.AddModelAndDatasetAsync();
        _page = await chromium.OpenAsync(_studio.Address);
        await _page.GoAsync($"/playground?a=model-{StudioSeed.Model}&b=model-{StudioSeed.Model}");
    }

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        await _studio.DisposeAsync();
        _engine.Dispose();
    }

    [Fact(Timeout = 180_000)]
    public async Task Conversation_TwoTurns_GoesOnAndSurvivesAReload()
    {
        await _page.GoAsync($"/playground?a=model-{StudioSeed.Model}");
        _engine.Allow(6);
        await AskAsync("First?");
        await Answer(0, "heard1 turns").WaitForAsync();
        await _page.Page.Locator("[data-ended]").WaitForAsync();
        await AskAsync("Second?");
        await Answer(0, "heard3 turns").WaitForAsync();
        await _page.Page.Locator("[data-ended] >> nth=1").WaitForAsync();

        await UntilKeptAsync("Second?");
        await _page.Page.ReloadAsync();
        await _page.InteractiveAsync();

        Assert.Equal(["First?", "Second?"], await _page.Page.Locator(".said").AllInnerTextsAsync());
        _page.AssertCalm();
    }

    [Fact(Timeout = 180_000)]
    public async Task Answer_WithToolCalls_ShowsThemAsCallsAndAsksWithEveryOption()
    {
        _engine.Parsed = new FineTuneStudio.Engine.Contracts.ParsedAnswer("Let me see.", [new("price", "{\"of\": \"pear\", \"count\": 2}")], []);
        _engine.Allow(6);
        await _page.Page.GetByText("System message, sampling").ClickAsync();
        await _page.Page.FillAsync("#min-p", "0.1");
        await _page.Page.FillAsync("#top-k", "40");
        await _page.Page.FillAsync("#chat-stop", "END\n\\n\\n");
        await AskAsync("What does it cost?");

        var call = _page.Page.Locator("[data-answer='0'] [data-call='price']");
        await call.GetByText("pear").WaitForAsync();
        await _page.Page.Locator("[data-answer='0']").GetByText("Let me see.").WaitForAsync();
        Assert.Equal((0.1, 40), (_engine.Asked[0].MinP, _engine.Asked[0].TopK));
        Assert.Equal(["END", "\n\n"], _engine.Asked[0].Stop);
        _page.AssertCalm();
    }

    [Fact(Timeout = 180_000)]
    public async Task Stop_InTheMiddle_KeepsWhatHasCome()
    {
        _engine.Allow(2);
        await AskAsync("Both?");
        await Answer(0, "side0 heard1").WaitForAsync();

        await _page.Page.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await _page.Page.GetByRole(AriaRole.Button, new() { Name = "Ask both" }).WaitForAsync();

        Assert.Contains("side0 heard1", await _page.Page.Locator("[data-answer='0'] .answer-text").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("(nothing)", await _page.Page.Locator("[data-answer='1'] .answer-text").InnerTextAsync());
        _page.AssertCalm();
    }

    private async Task UntilKeptAsync(string text)
    {
        var databases = _studio.Services.GetRequiredService<IDbContextFactory<StudioDatabase>>();
        while (true)
        {
            await using var database = await databases.CreateDbContextAsync(TestContext.Current.CancellationToken);
            if (await database.Drafts.AnyAsync(draft => draft.Content.Contains(text) && draft.Content.Contains("heard3 turns"), TestContext.Current.CancellationToken))
            {
                return;
            }
        }
    }

    private ILocator Answer(int side, string text) => _page.Page.Locator($"[data-answer='{side}'] .answer-text").Filter(new() { HasText = text });

    private async Task AskAsync(string prompt)
    {
        await _page.Page.FillAsync("#prompt", prompt);
        await _page.Page.Keyboard.PressAsync("Enter");
    }
}
