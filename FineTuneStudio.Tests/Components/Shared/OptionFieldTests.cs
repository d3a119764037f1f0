using Bunit;
using FineTuneStudio.Components.Shared;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.Shared;

public sealed class OptionFieldTests : BunitContext
{
    private static readonly RunSpecification Defaults = new() { Model = "nano", Dataset = new DatasetOptions { Path = "intents.jsonl" } };
    private static readonly RunSuggestion Suggestion = RunAdvisor.Suggest(new RunFacts(950, 43, 90, 80, 9, 256, 2048, IsAdapter: true));

    private readonly List<SuggestedOption> _taken = [];

    [Fact]
    public void Field_HoldsTheSuggestedValue_SaysSoWithTheReasonAndKeepsTheDefaultAtHand()
    {
        var field = Show(Suggestion, Suggestion.ApplyTo(Defaults));

        var rate = Assert.Single(Suggestion.Options, option => option.Path == "schedule.learningRate");
        Assert.Equal($"Suggested from your data {rate.Reason}", field.Find(".suggested").TextContent.Trim());
        Assert.Equal($"Default {OptionCatalog.LearningRate.DefaultText}", field.Find("summary").TextContent);
        Assert.Contains(rate.Source, field.Find("dl").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Field_HoldsAnother_OffersTheSuggestionUnderItsReason()
    {
        var field = Show(Suggestion, Defaults);

        Assert.Empty(field.FindAll(".suggested"));
        Assert.Equal("Why 0.002", field.Find("summary").TextContent);
        field.Find("[aria-label='For this data 0.002, as Learning rate']").Click();
        Assert.Equal("schedule.learningRate", Assert.Single(_taken).Path);
    }

    [Fact]
    public void Field_NothingSuggested_GivesTheDefaultsReason()
    {
        var field = Show(null, Defaults);

        Assert.Empty(field.FindAll(".suggested"));
        Assert.Contains(OptionCatalog.LearningRate.Reason, field.Find("dl").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<OptionField> Show(RunSuggestion? suggestion, RunSpecification current) => Render<OptionField>(parameters =>
    {
        parameters.Add(field => field.Descriptor, OptionCatalog.LearningRate).Add(field => field.InputId, "rate").AddChildContent("<input id=\"rate\" />");
        if (suggestion is not null)
        {
            parameters.AddCascadingValue(new OptionAdvice(suggestion, current, _taken.Add));
        }
    });
}
