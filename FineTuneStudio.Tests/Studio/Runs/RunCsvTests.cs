using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunCsvTests
{
    private static readonly TrainingEvent[] Events =
    [
        new TrainingEvent.Started(0, 2, 1, 1, 1, 1, 1, 1, 0),
        new TrainingEvent.Evaluated(0, 3.5, 0.1),
        new TrainingEvent.StepCompleted(1, 0.5, 3.25, 2e-4, 0.75, 100, 10, 0.5, 1024),
        new TrainingEvent.CheckpointSaved(1, "step-00000001", 1, Best: true),
        new TrainingEvent.StepCompleted(2, 1, 0.1, 1e-4, 0.5, 100, 10, 0.25, 2048),
        new TrainingEvent.Evaluated(2, 2.5, 0.1),
    ];

    [Fact]
    public void Write_AllSeries_HasEveryStepAndEveryHeldOutLossExactly()
        => Assert.Equal(
            ["step,epoch,train_loss,learning_rate,gradient_norm,tokens_per_second,resident_bytes,held_out_loss", "0,,,,,,,3.5", "1,0.5,3.25,0.0002,0.75,200,1024,", "2,1,0.1,0.0001,0.5,400,2048,2.5"],
            Lines(null));

    [Fact]
    public void Write_OneSeries_HasItsColumnAlone()
    {
        Assert.Equal(["step,epoch,train_loss,held_out_loss", "0,,,3.5", "1,0.5,3.25,", "2,1,0.1,2.5"], Lines("loss"));
        Assert.Equal(["step,epoch,gradient_norm", "1,0.5,0.75", "2,1,0.5"], Lines("norm"));
    }

    [Fact]
    public void Write_ReinforcementRun_HasItsRewardsPartsAndNothingWhereThereIsNone()
    {
        TrainingEvent[] events =
        [
            new TrainingEvent.Rewarded(0, 0.25, 0, 20, 0, 0.1),
            new TrainingEvent.StepCompleted(1, 0.5, 0.01, 2e-4, 0.75, 100, 10, 0.5, 1024) { Reinforcement = FakeReinforcement.Figures(1) with { Reward = 0.5, RewardQuantiles = [0, 0.5, 1], Kl = null } },
            new TrainingEvent.Rewarded(1, 0.375, 0, 20, 0, 0.1),
        ];

        Assert.Equal(["step,epoch,reward,reward_p10,reward_p50,reward_p90,held_out_reward", "0,,,,,,0.25", "1,0.5,0.5,0,0.5,1,0.375"], Lines("reward", events));
        Assert.Equal(["step,epoch,kl", "1,0.5,"], Lines("kl", events));
        Assert.Equal("step,epoch,\"part_right\",\"part_short\"", Lines("parts", events)[0]);
        Assert.Equal(["step,epoch,policy_loss", "1,0.5,0.01"], Lines("surrogate", events));
        Assert.Equal(Lines(null, events)[0].Split(',').Length, Lines(null, events)[2].Split(',').Length);
    }

    private static string[] Lines(string? series, TrainingEvent[]? events = null)
    {
        using var text = new StringWriter { NewLine = "\n" };
        RunCsv.Write(events ?? Events, series, text);
        return text.ToString().TrimEnd('\n').Split('\n');
    }
}
