using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunProgressTests
{
    [Fact]
    public void Remaining_LevelPace_IsARangeAroundTheTruthThatNarrows()
    {
        var (shortest, longest) = After(20).Remaining!.Value;
        var (laterShortest, laterLongest) = After(500).Remaining!.Value;

        Assert.InRange(TimeSpan.FromSeconds(980 * 2), shortest, longest);
        Assert.InRange(TimeSpan.FromSeconds(500 * 2), laterShortest, laterLongest);
        Assert.True(laterLongest / laterShortest < longest / shortest);
    }

    [Fact]
    public void Remaining_MachineGotSlower_ReachesToTheNewPace()
    {
        var progress = After(100);
        foreach (var step in Enumerable.Range(101, 40))
        {
            progress = progress.After(Step(step, seconds: 6));
        }

        var (shortest, longest) = progress.Remaining!.Value;

        Assert.True(longest > TimeSpan.FromSeconds(860 * 5.5), $"{longest}");
        Assert.True(shortest < TimeSpan.FromSeconds(860 * 4), $"{shortest}");
    }

    [Fact]
    public void Remaining_BeforeAPaceIsKnown_IsNotGuessed()
    {
        Assert.Null(new RunProgress().Remaining);
        Assert.Null(After(1).Remaining);
    }

    [Fact]
    public void After_ReinforcementStepAgain_IsNoNewsAndRewindsWithTheRun()
    {
        var progress = new RunProgress().After(new TrainingEvent.Started(0, 10, 1, 1, 1, 1, 1, 1, 0));
        var first = progress.After(Step(1, 1) with { Reinforcement = FakeReinforcement.Figures(1) });
        var second = first.After(Step(2, 1) with { Reinforcement = FakeReinforcement.Figures(2) });
        var rewarded = second.After(new TrainingEvent.Rewarded(2, 0.5, 0, 1, 0, 1));
        var rewound = rewarded.After(new TrainingEvent.Started(1, 10, 1, 1, 1, 1, 1, 1, 0));

        Assert.False(second.IsNewsAfter(first));
        Assert.True(rewarded.IsNewsAfter(second));
        Assert.Equal((FakeReinforcement.Reward(2), 0.5), (rewarded.Reward, rewarded.HeldOutReward));
        Assert.Equal((1, 0), (rewound.Reinforced.Count, rewound.Rewards.Count));
    }

    [Fact]
    public void After_WhatItIsBusyWith_HoldsUntilAnythingElseIsTold()
    {
        var working = new TrainingEvent.Working(0, RunActivity.DrawingAnswers, Done: 0, Total: 64);
        var begun = new RunProgress().After(working);
        var further = begun.After(working with { Done = 12 });

        Assert.True(begun.IsNewsAfter(new RunProgress()));
        Assert.Equal(12, further.Activity!.Done);
        Assert.False(further.IsNewsAfter(begun));
        Assert.Empty(further.Timeline);
        Assert.Null(further.After(Step(1, seconds: 2)).Activity);
        Assert.Null(further.After(new TrainingEvent.Paused(0, "The disk is full.")).Activity);
    }

    [Fact]
    public void After_BegunFromTheBeginningAgain_ForgetsTheStepOfBefore()
    {
        var again = After(3).After(new TrainingEvent.Started(0, 1000, 1, 1, 1, 1, 1, 1, 0));

        Assert.Null(again.Last);
        Assert.NotNull(After(3).After(new TrainingEvent.Started(2, 1000, 1, 1, 1, 1, 1, 1, 0)).Last);
    }

    private static RunProgress After(int steps)
    {
        var progress = new RunProgress().After(new TrainingEvent.Started(0, 1000, 1, 1, 1, 1, 1, 1, 0));
        return Enumerable.Range(1, steps).Aggregate(progress, (before, step) => before.After(Step(step, seconds: step == 1 ? 30 : 2)));
    }

    private static TrainingEvent.StepCompleted Step(int step, double seconds) => new(step, 0, 1, 1, 1, 1, 1, seconds, 1);
}
