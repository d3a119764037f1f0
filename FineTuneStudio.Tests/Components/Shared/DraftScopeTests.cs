using Bunit;
using FineTuneStudio.Application.Drafts;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Components.Shared;

public sealed class DraftScopeTests : BunitContext
{
    private readonly ManualClock _clock = new();

    public DraftScopeTests()
    {
        Services.AddSingleton<TimeProvider>(_clock);
    }

    [Fact]
    public void Form_Fresh_SaysNothing()
    {
        Assert.Empty(Render(new FakeDraft()).FindAll(".draft-note"));
    }

    [Fact]
    public void Input_Inside_IsToldToTheDraft()
    {
        var draft = new FakeDraft();

        Render(draft).Find("input").Input("typed");

        Assert.Equal(1, draft.Changes);
    }

    [Fact]
    public void Form_Restored_SaysSinceWhenAndStartsOver()
    {
        var draft = new FakeDraft { RestoredFrom = _clock.GetUtcNow() - TimeSpan.FromMinutes(5) };
        var told = 0;
        var form = Render<DraftScope>(parameters => parameters
            .Add(scope => scope.Draft, draft).Add(scope => scope.Discarded, () => told++).AddChildContent("<input />"));
        Assert.Contains("5 min ago", form.Find(".draft-note").TextContent, StringComparison.Ordinal);

        form.Find(".draft-note button").Click();

        Assert.Equal(1, told);
        Assert.Empty(form.FindAll(".draft-note"));
    }

    private IRenderedComponent<DraftScope> Render(IDraft draft)
        => Render<DraftScope>(parameters => parameters.Add(scope => scope.Draft, draft).AddChildContent("<input />"));

    private sealed class FakeDraft : IDraft
    {
        public int Changes { get; private set; }

        public DateTimeOffset? RestoredFrom { get; set; }

        public void Changed() => Changes++;

        public Task DiscardAsync()
        {
            RestoredFrom = null;
            return Task.CompletedTask;
        }
    }
}
