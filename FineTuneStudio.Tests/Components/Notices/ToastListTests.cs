using Bunit;
using FineTuneStudio.Components.Notices;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Components.Notices;

public sealed class ToastListTests : BunitContext
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualClock _clock = new();
    private readonly ToastService _toasts;

    public ToastListTests()
    {
        _toasts = new ToastService(_clock);
        Services.AddSingleton(_toasts);
    }

    [Fact]
    public void List_Empty_IsALiveRegionAllTheSame()
    {
        var list = Render<ToastList>();

        Assert.Equal("polite", list.Find(".toasts").GetAttribute("aria-live"));
        Assert.Empty(list.FindAll(".toast"));
    }

    [Fact]
    public void Toast_ReadLongEnough_GoesAway()
    {
        var list = Render<ToastList>();

        _toasts.Show("Saved.");
        _clock.Advance(ToastService.Stay - Moment);
        Assert.Equal("Saved.", list.Find(".toast p").TextContent);

        _clock.Advance(Moment);
        Assert.Empty(list.FindAll(".toast"));
    }

    [Fact]
    public void Toast_PointedAt_StaysAndHasItsWholeTimeAgain()
    {
        var list = Render<ToastList>();

        _toasts.Show("Saved.");
        list.Find(".toasts").MouseEnter();
        _clock.Advance(ToastService.Stay * 10);
        Assert.Single(list.FindAll(".toast"));

        list.Find(".toasts").MouseLeave();
        _clock.Advance(ToastService.Stay - Moment);
        Assert.Single(list.FindAll(".toast"));
        _clock.Advance(Moment);
        Assert.Empty(list.FindAll(".toast"));
    }

    [Fact]
    public void Toast_OfAFault_StaysUntilItIsClosed()
    {
        var list = Render<ToastList>();

        _toasts.Show("The run failed.", NoteKind.Bad);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(list.FindAll(".toast.bad"));

        list.Find("[aria-label=Close]").Click();
        Assert.Empty(list.FindAll(".toast"));
    }

    [Fact]
    public void Action_Clicked_IsDoneOnceAndClosesTheToast()
    {
        var done = 0;
        var list = Render<ToastList>();
        _toasts.Show("Deleted intents.jsonl.", action: new ToastAction("Undo", () =>
        {
            done++;
            return Task.CompletedTask;
        }));

        list.FindAll("button").Single(button => button.TextContent == "Undo").Click();

        Assert.Equal(1, done);
        Assert.Empty(list.FindAll(".toast"));
    }

    [Fact]
    public void Show_OneTooMany_TheOldestMakesRoom()
    {
        var list = Render<ToastList>();

        foreach (var number in Enumerable.Range(1, 5))
        {
            _toasts.Show($"Message {number}");
        }

        Assert.Equal(["Message 2", "Message 3", "Message 4", "Message 5"], list.FindAll(".toast p").Select(line => line.TextContent));
    }

    [Fact]
    public void Message_ThatIsMarkup_IsText()
    {
        var list = Render<ToastList>();

        _toasts.Show("<img src=x onerror=alert(1)>");

        Assert.Empty(list.FindAll("img"));
        Assert.Equal("<img src=x onerror=alert(1)>", list.Find(".toast p").TextContent);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _toasts.Dispose();
    }
}
