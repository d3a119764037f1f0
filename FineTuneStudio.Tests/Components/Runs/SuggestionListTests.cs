using Bunit;
using FineTuneStudio.Components.Pages.Runs;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.Runs;

public sealed class SuggestionListTests : BunitContext
{
    private static readonly RunSuggestion Suggestion = RunAdvisor.Suggest(
        new RunFacts(Rows: 950, MeanTokens: 43, LongestTokens: 90, UsualTokens: 80, LearntTokens: 9, HiddenSize: 256, ModelContext: 2048, IsAdapter: true, WeightsOfARank: 18_432));

    private static readonly RunSpecification Defaults = new() { Model = "nano", Dataset = new DatasetOptions { Path = "intents.jsonl" } };

    private readonly List<RunSpecification> _chosen = [];

    [Fact]
    public void List_RowsNotReadYet_SaysSo()
        => Assert.Contains("Reading the rows", Show(Defaults, suggestion: null).Markup, StringComparison.Ordinal);

    [Fact]
    public void List_Defaults_ShowsEachByItsNameWithReasonAndWhatItReplaces()
    {
        var list = Show(Defaults);

        var rows = list.FindAll("li");
        Assert.Equal(Suggestion.Options.Select(option => option.Path), rows.Select(row => row.GetAttribute("data-suggestion")));
        Assert.All(rows.Zip(Suggestion.Options), pair =>
        {
            Assert.Contains(OptionCatalog.Find(pair.Second.Path).Label, pair.First.TextContent, StringComparison.Ordinal);
            Assert.Contains(pair.Second.Reason, pair.First.TextContent, StringComparison.Ordinal);
        });
        Assert.Contains("2e-4 →", list.Find("[data-suggestion='schedule.learningRate']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void List_ValueIsTheSuggestedOne_SaysSoInsteadOfOfferingIt()
    {
        var rank = Show(Defaults).Find("[data-suggestion='lora.rank']");

        Assert.Contains("Set", rank.TextContent, StringComparison.Ordinal);
        Assert.Empty(rank.QuerySelectorAll("button"));
    }

    [Fact]
    public void UseOne_TakesThatOneAlone()
    {
        Show(Defaults).Find("[data-suggestion='schedule.learningRate'] button").Click();

        Assert.Equal((Defaults with { Schedule = new ScheduleOptions { LearningRate = Suggestion.LearningRate } }).ToJson(), Assert.Single(_chosen).ToJson());
    }

    [Fact]
    public void UseAll_TakesAll_AndThenNothingIsLeft()
    {
        Show(Defaults).Find(".card-head button").Click();

        var all = Assert.Single(_chosen);
        Assert.Equal(Suggestion.ApplyTo(Defaults).ToJson(), all.ToJson());
        var done = Show(all);
        Assert.Empty(done.FindAll("button"));
        Assert.Contains("All set", done.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void UseEpochs_LengthGivenInSteps_CountsInEpochsAgain()
    {
        var inSteps = Defaults with { Duration = new DurationOptions { Epochs = Suggestion.Epochs, Steps = 30 } };

        Show(inSteps).Find("[data-suggestion='duration.epochs'] button").Click();

        Assert.Equal(new DurationOptions { Epochs = Suggestion.Epochs }, Assert.Single(_chosen).Duration);
    }

    private IRenderedComponent<SuggestionList> Show(RunSpecification current) => Show(current, Suggestion);

    private IRenderedComponent<SuggestionList> Show(RunSpecification current, RunSuggestion? suggestion) => Render<SuggestionList>(parameters => parameters
        .Add(list => list.Suggestion, suggestion).Add(list => list.Current, current).Add(list => list.Chosen, _chosen.Add));
}
