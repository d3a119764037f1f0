using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Engine;

/// <summary>What fits which data: the shapes that people bring.</summary>
public sealed class RunAdvisorTests
{
    private static readonly RunFacts Labels = new(Rows: 1000, MeanTokens: 42, LongestTokens: 130, UsualTokens: 110, LearntTokens: 8, HiddenSize: 256, ModelContext: 2048, IsAdapter: true);
    private static readonly RunFacts Chats = new(Rows: 20_000, MeanTokens: 900, LongestTokens: 7000, UsualTokens: 2600, LearntTokens: 400, HiddenSize: 4096, ModelContext: 32_768, IsAdapter: true);

    [Fact]
    public void Suggest_ThousandShortLabels_GivesHundredsOfSteps()
    {
        var suggestion = RunAdvisor.Suggest(Labels);

        Assert.Equal((512, 2, 1, 13.0), (suggestion.ContextLength, suggestion.BatchRows, suggestion.Accumulation, suggestion.Epochs));
        Assert.Equal(2e-3, suggestion.LearningRate);
        Assert.InRange(Steps(Labels, suggestion), 400, 600);
    }

    [Fact]
    public void Suggest_ManyLongChats_StaysWithinOnePassOfMemoryAndOneEpoch()
    {
        var suggestion = RunAdvisor.Suggest(Chats);

        Assert.Equal((4096, 1, 1.0, 2e-4), (suggestion.ContextLength, suggestion.BatchRows, suggestion.Epochs, suggestion.LearningRate));
        Assert.InRange(suggestion.ContextLength * suggestion.BatchRows * suggestion.Accumulation / Chats.MeanTokens, 16, 40);
    }

    [Fact]
    public void Suggest_AnyFacts_IsPossibleAndHasAReasonForEachValue()
    {
        var random = new Random(7);
        for (var draw = 0; draw < 2000; draw++)
        {
            var mean = Math.Exp(random.NextDouble() * 9) + 2;
            var longest = (int)(mean * (1 + (random.NextDouble() * 20))) + 1;
            var facts = new RunFacts(
                random.Next(1, 1_000_000), mean, longest, random.Next((int)mean, longest + 1), mean * random.NextDouble(), random.Next(32, 16_384),
                1 << random.Next(7, 18), random.Next(2) == 0, random.Next(2) == 0 ? null : random.Next(1, 10_000_000));

            var suggestion = RunAdvisor.Suggest(facts);

            var specification = suggestion.ApplyTo(new RunSpecification { Model = "m", Dataset = new DatasetOptions { Path = "d" } });
            Assert.Empty(specification.Validate());
            Assert.InRange(suggestion.ContextLength, 1, facts.ModelContext);
            Assert.All(suggestion.Options, option => Assert.NotEmpty(option.Reason));
            Assert.All(suggestion.Options, option => Assert.True(option.IsIn(specification), option.Path));
            Assert.Equal(specification.ToJson(), RunSpecification.Parse(specification.ToJson(), "spec").ToJson());
            Assert.All(suggestion.Options, option => Assert.Equal(option.Path, OptionCatalog.Find(option.Path).Path));
        }
    }

    [Theory]
    [InlineData(4096, true, 2e-4)]
    [InlineData(8192, true, 1e-4)]
    [InlineData(1024, true, 6e-4)]
    [InlineData(64, true, 2e-3)]
    [InlineData(4096, false, 2e-5)]
    public void Suggest_LearningRate_FallsWithTheWidth(int width, bool isAdapter, double rate)
        => Assert.Equal(rate, RunAdvisor.Suggest(Chats with { HiddenSize = width, IsAdapter = isAdapter }).LearningRate, 1e-12);

    [Fact]
    public void Suggest_OneRowFarLongerThanTheRest_DoesNotWidenTheContext()
        => Assert.Equal(512, RunAdvisor.Suggest(Labels with { LongestTokens = 2000 }).ContextLength);

    [Theory]
    [InlineData(1000, 8, 18_432, 16)]
    [InlineData(20_000, 400, 18_432, 128)]
    [InlineData(20_000, 400, 100_000, 64)]
    public void Suggest_Rank_HoldsWhatTheAnswersTell(int rows, int learnt, long weightsOfARank, int rank)
        => Assert.Equal(rank, RunAdvisor.Suggest(Chats with { Rows = rows, LearntTokens = learnt, WeightsOfARank = weightsOfARank }).Rank);

    [Theory]
    [InlineData(64, 64)]
    [InlineData(256, 64)]
    [InlineData(400, 32)]
    [InlineData(512, 32)]
    [InlineData(1024, 16)]
    [InlineData(4096, 16)]
    public void Suggest_Rank_IsHigherWhereTheModelIsNarrow(int width, int rank)
    {
        var suggestion = RunAdvisor.Suggest(Labels with { HiddenSize = width, WeightsOfARank = 76L * width });

        Assert.Equal(rank, suggestion.Rank);
        Assert.Equal(2 * rank, suggestion.Options.Single(option => option.Path == "lora.alpha").Number);
        Assert.Equal(rank > 16, suggestion.Options.Single(option => option.Path == "lora.rank").Reason.Contains("directions", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1000, 8, 256, true, 0.1)]
    [InlineData(1000, 8, 8192, true, 0.05)]
    [InlineData(100_000, 8, 256, true, 0.0)]
    [InlineData(200, 400, 4096, true, 0.1)]
    [InlineData(20_000, 400, 4096, true, 0.0)]
    [InlineData(1000, 8, 256, false, null)]
    public void Suggest_Dropout_WhereRowsComeBackOften(int rows, int learnt, int width, bool isAdapter, double? dropout)
    {
        var suggestion = RunAdvisor.Suggest((learnt > 16 ? Chats : Labels) with { Rows = rows, LearntTokens = learnt, HiddenSize = width, IsAdapter = isAdapter });

        Assert.Equal(dropout, suggestion.Dropout);
        Assert.Equal(dropout, suggestion.Options.SingleOrDefault(option => option.Path == "lora.dropout")?.Number);
    }

    [Fact]
    public void Suggest_AdapterBeginsAsPartOfTheWeights_LeavesDropoutAlone()
    {
        var pissa = new RunSpecification { Model = "m", Dataset = new DatasetOptions { Path = "d" }, Lora = new LoraOptions { Initialization = LoraInitialization.Pissa } };

        var filled = RunAdvisor.Suggest(Labels).ApplyTo(pissa);

        Assert.Empty(filled.Validate());
        Assert.Empty(RunAdvisor.Suggest(Labels).OpenIn(filled));
    }

    [Fact]
    public void Suggest_RankNotToBeChosen_LeavesItAlone()
        => Assert.DoesNotContain(RunAdvisor.Suggest(Chats).Options, option => option.Path == "lora.rank");

    private static double Steps(RunFacts facts, RunSuggestion suggestion)
        => suggestion.Epochs * facts.Rows * facts.MeanTokens / (suggestion.ContextLength * suggestion.BatchRows * suggestion.Accumulation);
}
