using Bunit;
using FineTuneStudio.Components.Pages.Runs;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.Runs;

public sealed class RunSamplesTests : BunitContext
{
    private static readonly TrainingEvent.Sampled[] Samples =
    [
        new(0, 0, "Where is my card?", "card_arrival", "I do not know."), new(10, 0, "Where is my card?", "card_arrival", ""), new(20, 0, "Where is my card?", "card_arrival", "card_arrival"),
    ];

    [Fact]
    public void Samples_None_SayWhy()
        => Assert.Contains("holds no rows out", Render<RunSamples>(parameters => parameters.Add(samples => samples.EmptyText, "This run holds no rows out.")).Find(".empty").TextContent, StringComparison.Ordinal);

    [Fact]
    public void Samples_NothingChosen_ShowTheNewestAndWhatIsRight()
    {
        var shown = Render<RunSamples>(parameters => parameters.Add(samples => samples.Samples, Samples));

        Assert.Equal("20", shown.Find(".scrub strong").TextContent);
        Assert.Contains("as in the dataset", shown.Find(".sample").TextContent, StringComparison.Ordinal);
        Assert.Contains("I do not know.", shown.Find(".sample").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_PromptWithoutAnswer_ShowItsScoreAndClaimNoRightAnswer()
    {
        var shown = Render<RunSamples>(parameters => parameters.Add(samples => samples.Samples, [new TrainingEvent.Sampled(0, 0, "Write a number.", "", "") { Score = 0.25, Reason = "There is none." }])).Find(".sample").TextContent;

        Assert.Contains("score 0.25", shown, StringComparison.Ordinal);
        Assert.Contains("There is none.", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("ataset", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_StepBetweenTwoEvaluations_ShowTheOneBefore()
    {
        var shown = Render<RunSamples>(parameters => parameters.Add(samples => samples.Samples, Samples).Add(samples => samples.Chosen, 19));

        Assert.Equal("10", shown.Find(".scrub strong").TextContent);
        Assert.Contains("(nothing)", shown.Find(".sample").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Slider_MovedAndLetGo_TellsTheStepOnceAndTheEndAsNone()
    {
        var told = new List<int?>();
        var shown = Render<RunSamples>(parameters => parameters.Add(samples => samples.Samples, Samples).Add(samples => samples.ChosenChanged, told.Add));

        shown.Find("#sample-step").Input("1");
        Assert.Equal("10", shown.Find(".scrub strong").TextContent);
        shown.Find("#sample-step").Change("1");
        shown.Find("#sample-step").Change("2");

        Assert.Equal([10, null], told);
    }
}
