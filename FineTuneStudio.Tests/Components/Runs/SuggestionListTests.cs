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

    private readonly List<SuggestedOption> _chosen = [];
    private int _all;
    private int _declined;

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
        var passes = Show(Defaults).Find("[data-suggestion='batch.accumulation']");

        Assert.Contains("Set", passes.TextContent, StringComparison.Ordinal);
        Assert.Empty(passes.QuerySelectorAll("button"));
    }

    [Fact]
    public void UseOne_AsksForThatOneAlone()
    {
        Show(Defaults).Find("[data-suggestion='schedule.learningRate'] button").Click();

        Assert.Equal("schedule.learningRate", Assert.Single(_chosen).Path);
        Assert.Equal((0, 0), (_all, _declined));
    }

    [Fact]
    public void UseAll_AsksForAll_AndThenNothingIsLeftButTheWayBack()
    {
        Show(Defaults).FindAll(".card-head button").Single().Click();
        Assert.Equal(1, _all);

        var done = Show(Suggestion.ApplyTo(Defaults));
        Assert.Contains("All set", done.Markup, StringComparison.Ordinal);
        Assert.Empty(done.FindAll("li button"));
        done.FindAll(".card-head button").Single().Click();
        Assert.Equal(1, _declined);
    }

    [Fact]
    public void UseEpochs_LengthGivenInSteps_CountsInEpochsAgain()
    {
        var inSteps = Defaults with { Duration = new DurationOptions { Epochs = Suggestion.Epochs, Steps = 30 } };

        Show(inSteps).Find("[data-suggestion='duration.epochs'] button").Click();

        Assert.Equal(new DurationOptions { Epochs = Suggestion.Epochs }, Assert.Single(_chosen).Apply(inSteps).Duration);
    }

    [Fact]
    public void List_OptionThatSaysNothingOfTheRun_IsNotOffered()
    {
        var list = Show(Defaults with { Lora = new LoraOptions { Initialization = LoraInitialization.Pissa } });

        Assert.Empty(list.FindAll("[data-suggestion='lora.dropout']"));
        Assert.NotEmpty(list.FindAll("[data-suggestion='lora.rank']"));
    }

    [Fact]
    public void List_FillsTheFieldsByItself_SaysSo()
    {
        Assert.Contains("stays as you set it", Show(Defaults, Suggestion, follows: true).Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("stays as you set it", Show(Defaults).Markup, StringComparison.Ordinal);
    }

    private IRenderedComponent<SuggestionList> Show(RunSpecification current) => Show(current, Suggestion);

    private IRenderedComponent<SuggestionList> Show(RunSpecification current, RunSuggestion? suggestion, bool follows = false) => Render<SuggestionList>(parameters => parameters
        .Add(list => list.Suggestion, suggestion).Add(list => list.Current, current).Add(list => list.Follows, follows)
        .Add(list => list.Chosen, _chosen.Add).Add(list => list.AllChosen, () => _all++).Add(list => list.Declined, () => _declined++));
}
