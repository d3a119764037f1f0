using Bunit;
using FineTuneStudio.Components.Pages.Runs;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.Runs;

public sealed class RunLogTests : BunitContext
{
    private static readonly TrainingEvent[] Events =
    [
        new TrainingEvent.Started(0, 40, 1, 1, 950, 50, 1, 1, 0), new TrainingEvent.Logged(0, LogSeverity.Warning, "12 rows are cut."), new TrainingEvent.Evaluated(10, 1.5, 1),
        new TrainingEvent.CheckpointSaved(10, "step-00000010", 1000, Best: true), new TrainingEvent.Ended(12, EndReason.Failed, "The loss is no number.", null),
    ];

    public RunLogTests()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Log_NothingHappened_SaysSo() => Assert.Contains("Nothing has happened yet.", Show().Markup, StringComparison.Ordinal);

    [Theory]
    [InlineData("trouble", 2)]
    [InlineData("checkpoint", 1)]
    [InlineData("loss", 1)]
    [InlineData("", 5)]
    public void Log_KindChosen_CountsWhatIsLeft(string kind, int count)
    {
        var log = Show(Events);

        log.Find("select").Change(kind);

        Assert.Equal($"{count} of 5 entries", log.Find("[role=status]").TextContent);
    }

    [Fact]
    public void Log_NothingFound_CanBeCleared()
    {
        var log = Show(Events);
        log.Find("input").Input("no such word");
        Assert.Equal("0 of 5 entries", log.Find("[role=status]").TextContent);

        log.Find(".link-button").Click();

        Assert.Equal("5 of 5 entries", log.Find("[role=status]").TextContent);
    }

    private IRenderedComponent<RunLog> Show(params TrainingEvent[] events) => Render<RunLog>(parameters => parameters.Add(log => log.Events, events));
}
