using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunAlarmsTests
{
    private static readonly ReinforcementFigures Sound = FakeReinforcement.Figures(1) with { Entropy = 1, AnswerTokens = 30, CutShare = 0.02 };

    [Fact]
    public void Of_RunThatGoesWell_SaysNothing()
        => Assert.Empty(Alarms(step => FakeReinforcement.Figures(step), [Held(0, FakeReinforcement.HeldOut(0)), Held(30, FakeReinforcement.HeldOut(30)), Held(60, FakeReinforcement.HeldOut(60))]));

    [Fact]
    public void Of_TrainingRewardRisesAlone_SaysThatHeldOutLags()
    {
        var alarm = Assert.Single(Alarms(step => Sound with { Reward = step / 60.0 }, [Held(0, 0.3), Held(30, 0.31), Held(60, 0.29)]));

        Assert.Equal(RunAlarmKind.HeldOutLags, alarm.Kind);
        Assert.Contains("0.3 to 0.29", alarm.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_HeldOutRisesToo_SaysNothing()
        => Assert.Empty(Alarms(step => Sound with { Reward = step / 60.0 }, [Held(0, 0.3), Held(30, 0.5), Held(60, 0.7)]));

    [Theory]
    [InlineData(RunAlarmKind.LengthRunsAway)]
    [InlineData(RunAlarmKind.EntropyCollapses)]
    [InlineData(RunAlarmKind.SameAnswers)]
    [InlineData(RunAlarmKind.ZeroVariance)]
    [InlineData(RunAlarmKind.GraderErrors)]
    public void Of_OneThingWrong_SaysThatAlone(RunAlarmKind kind)
    {
        var alarms = Alarms(
            step => kind switch
            {
                RunAlarmKind.LengthRunsAway => Sound with { AnswerTokens = 30 + (2 * step) },
                RunAlarmKind.EntropyCollapses => Sound with { Entropy = Math.Exp(-step / 10.0) },
                RunAlarmKind.SameAnswers => Sound with { SameAnswerShare = 0.7, ZeroVarianceShare = 0.75 },
                RunAlarmKind.ZeroVariance => Sound with { ZeroVarianceShare = 0.8 },
                _ => Sound with { GraderErrors = 1 },
            },
            []);

        Assert.Equal(kind, Assert.Single(alarms).Kind);
    }

    [Fact]
    public void Of_FirstSteps_SaysNothingYet() => Assert.Empty(RunAlarms.Of([.. Steps(4, _ => Sound with { SameAnswerShare = 1 })], []));

    private static IReadOnlyList<RunAlarm> Alarms(Func<int, ReinforcementFigures> figures, IReadOnlyList<TrainingEvent.Rewarded> heldOut) => RunAlarms.Of([.. Steps(60, figures)], heldOut);

    private static IEnumerable<TrainingEvent.StepCompleted> Steps(int count, Func<int, ReinforcementFigures> figures)
        => Enumerable.Range(1, count).Select(step => new TrainingEvent.StepCompleted(step, 0, 0, 1e-4, 1, 100, 50, 1, 1) { Reinforcement = figures(step) });

    private static TrainingEvent.Rewarded Held(int step, double reward) => new(step, reward, 0, 20, 0, 1);
}
