using FineTuneStudio.Components.Pages.NewRun;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Components.NewRun;

public sealed class FollowedOptionsTests
{
    private static readonly RunSuggestion Suggestion = RunAdvisor.Suggest(
        new RunFacts(Rows: 950, MeanTokens: 43, LongestTokens: 90, UsualTokens: 80, LearntTokens: 9, HiddenSize: 256, ModelContext: 2048, IsAdapter: true, WeightsOfARank: 18_432));

    private static readonly RunSpecification Defaults = new() { Model = "nano", Dataset = new DatasetOptions { Path = "intents.jsonl" } };

    private readonly FollowedOptions _followed = new();

    [Fact]
    public void Fill_NobodyChose_TakesEverySuggestion()
    {
        _followed.FollowAll();

        Assert.Equal(Suggestion.ApplyTo(Defaults).ToJson(), _followed.Fill(Defaults, Suggestion).ToJson());
    }

    [Fact]
    public void Fill_DoesNotFollow_LeavesAllAsItIs()
        => Assert.Same(Defaults, _followed.Fill(Defaults, Suggestion));

    [Fact]
    public void Fill_OneWasChosen_LeavesThatOneEvenAtItsDefault()
    {
        _followed.FollowAll();
        var filled = _followed.Fill(Defaults, Suggestion);

        _followed.Note(filled, filled with { Duration = Defaults.Duration });

        Assert.Equal([AdvisedOption.Epochs.Path], _followed.Chosen);
        var again = _followed.Fill(Defaults, Suggestion);
        Assert.Equal(Defaults.Duration, again.Duration);
        Assert.Equal(Suggestion.LearningRate, again.Schedule.LearningRate);
    }

    [Fact]
    public void Fill_LengthInSteps_StaysInSteps()
    {
        _followed.FollowAll();
        var inSteps = Defaults with { Duration = new DurationOptions { Steps = 30 } };

        _followed.Note(Defaults, inSteps);

        Assert.Equal(inSteps.Duration, _followed.Fill(inSteps, Suggestion).Duration);
        Assert.Equal(Suggestion.Epochs, _followed.Fill(Defaults, Suggestion).Duration.Epochs);
    }

    [Fact]
    public void Fill_AdapterIsGoneOnWith_KeepsItsRank()
    {
        _followed.FollowAll();
        var beginning = Defaults with { InitialAdapter = "0198a000-0000-7000-8000-000000000001", Lora = new LoraOptions { Rank = 4 } };

        Assert.Equal(4, _followed.Fill(beginning, Suggestion).Lora!.Rank);
        Assert.Equal(4, _followed.Clear(beginning).Lora!.Rank);
    }

    [Fact]
    public void Clear_FilledValues_AreDefaultsAgainButForChosenOnes()
    {
        _followed.FollowAll();
        var filled = _followed.Fill(Defaults, Suggestion);
        var chosen = filled with { Batch = filled.Batch with { ContextLength = 300 } };
        _followed.Note(filled, chosen);

        Assert.Equal((Defaults with { Batch = Defaults.Batch with { ContextLength = 300 } }).ToJson(), _followed.Clear(chosen).ToJson());
    }

    [Fact]
    public void Draft_OfATimeBeforeThis_DoesNotFollow()
        => Assert.False(System.Text.Json.JsonSerializer.Deserialize<RunDraft>("""{ "Rank": 24 }""")!.Followed.Follows);
}
