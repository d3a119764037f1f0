using Bunit;
using FineTuneStudio.Components.Pages.NewRun;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.NewRun;

public sealed class SuggestionListTests : BunitContext
{
    private static readonly RunSuggestion Suggestion = RunAdvisor.Suggest(
        new RunFacts(Rows: 950, MeanTokens: 43, LongestTokens: 90, UsualTokens: 80, LearntTokens: 9, HiddenSize: 256, ModelContext: 2048, IsAdapter: true, WeightsOfARank: 18_432));

    private static readonly RunSpecification Defaults = new() { Model = "nano", Dataset = new DatasetOptions { Path = "intents.jsonl" } };

    private int _all;
    private int _declined;

    [Fact]
    public void List_RowsNotReadYet_SaysSo()
        => Assert.Contains("Reading the rows", Show(Defaults, suggestion: null).Markup, StringComparison.Ordinal);

    [Fact]
    public void List_Defaults_NamesEachOnceWithWhatItReplaces_AndLeavesReasonsToTheFields()
    {
        var list = Show(Defaults);

        Assert.Equal(Suggestion.Options.Select(option => option.Path).Order(), list.FindAll("[data-suggestion]").Select(chip => chip.GetAttribute("data-suggestion")).Order());
        Assert.All(Suggestion.Options, option => Assert.DoesNotContain(option.Reason, list.Markup, StringComparison.Ordinal));
        Assert.Contains("7 differ from what would fit", list.Find("[data-suggestions='open']").TextContent, StringComparison.Ordinal);
        Assert.Contains("2e-4 → 0.002", list.Find("[data-suggestion='schedule.learningRate']").TextContent, StringComparison.Ordinal);
        Assert.Contains("1 setting follows", list.Find("[data-suggestions='taken']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void UseAll_AsksForAll_AndThenOneLineAndTheWayBackAreLeft()
    {
        Show(Defaults).FindAll(".card-head button").Single().Click();
        Assert.Equal(1, _all);

        var done = Show(Suggestion.ApplyTo(Defaults));
        Assert.Contains("8 settings follow your rows and the model", done.Find("[data-suggestions='taken']").TextContent, StringComparison.Ordinal);
        Assert.Empty(done.FindAll("[data-suggestions='open']"));
        done.FindAll(".card-head button").Single().Click();
        Assert.Equal(1, _declined);
    }

    [Fact]
    public void List_LengthGivenInSteps_OffersEpochsInstead()
        => Assert.Contains("– → 13", Show(Defaults with { Duration = new DurationOptions { Epochs = Suggestion.Epochs, Steps = 30 } }).Find("[data-suggestion='duration.epochs']").TextContent, StringComparison.Ordinal);

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
        .Add(list => list.AllChosen, () => _all++).Add(list => list.Declined, () => _declined++));
}
