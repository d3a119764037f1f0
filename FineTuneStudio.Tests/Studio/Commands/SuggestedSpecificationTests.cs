using FineTuneStudio.Commands;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Commands;

public sealed class SuggestedSpecificationTests
{
    private static readonly RunSuggestion Suggestion = RunAdvisor.Suggest(
        new RunFacts(Rows: 950, MeanTokens: 43, LongestTokens: 90, UsualTokens: 80, LearntTokens: 9, HiddenSize: 256, ModelContext: 2048, IsAdapter: true, WeightsOfARank: 18_432));

    [Theory]
    [InlineData("""{ "model": "m", "dataset": { "path": "d" } }""")]
    [InlineData("""{ "model": "m", "dataset": { "path": "d" }, "duration": { "steps": 30 } }""")]
    [InlineData("""{ "model": "m", "dataset": { "path": "d" }, "Duration": { "Epochs": 7 }, "schedule": { "learningRate": 1e-5, "warmupSteps": 4 }, "lora": { "rank": 4 }, }""")]
    public void Fill_GapsOnly_KeepsWhatWasWritten(string text)
    {
        var given = RunSpecification.Parse(text, "spec.json");

        var filled = RunSpecification.Parse(SuggestedSpecification.Fill(text, given, Suggestion), "filled");

        var defaults = new RunSpecification { Model = "m", Dataset = new DatasetOptions { Path = "d" } };
        Assert.Equal(given.Duration.Steps, filled.Duration.Steps);
        Assert.Equal(given.Duration.Epochs != defaults.Duration.Epochs ? given.Duration.Epochs : Suggestion.Epochs, filled.Duration.Epochs);
        Assert.Equal(given.Schedule.LearningRate != defaults.Schedule.LearningRate ? given.Schedule.LearningRate : Suggestion.LearningRate, filled.Schedule.LearningRate);
        Assert.Equal(given.Schedule.WarmupSteps, filled.Schedule.WarmupSteps);
        Assert.Equal(given.Lora!.Rank != defaults.Lora!.Rank ? given.Lora.Rank : Suggestion.Rank, filled.Lora!.Rank);
        Assert.Equal(Suggestion.ContextLength, filled.Batch.ContextLength);
    }
}
