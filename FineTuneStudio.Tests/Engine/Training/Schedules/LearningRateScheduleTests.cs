using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Schedules;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Schedules;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData(ScheduleKind.Constant, 1)]
    [InlineData(ScheduleKind.Linear, 0)]
    [InlineData(ScheduleKind.Cosine, 0)]
    [InlineData(ScheduleKind.CosineWithFloor, 0.25)]
    [InlineData(ScheduleKind.WarmupStableDecay, 0.25)]
    [InlineData(ScheduleKind.Polynomial, 0.01)]
    public void Rate_AtTheEnd_IsTheKindsEnd(ScheduleKind kind, double share)
    {
        var options = new ScheduleOptions { Kind = kind, LearningRate = 1e-3, FloorRatio = 0.25, PolynomialEnd = 1e-5, WarmupRatio = 0.1 };
        var schedule = LearningRateSchedule.Create(options, 200);
        Assert.Equal(share * 1e-3, schedule.Rate(200), 1e-12);
        Assert.Equal(share * 1e-3, schedule.Rate(1000), 1e-12);
    }

    [Fact]
    public void Rate_AfterWarmupRatio_ReachesThePeakThere()
    {
        var schedule = LearningRateSchedule.Create(new ScheduleOptions { WarmupRatio = 0.03, LearningRate = 2e-4 }, 150);
        Assert.Equal(5, schedule.WarmupSteps);
        Assert.Equal(0, schedule.Rate(0));
        Assert.Equal(2e-4, schedule.Rate(5), 1e-15);
    }

    [Fact]
    public void WarmupSteps_GivenBesideARatio_Win()
        => Assert.Equal(7, LearningRateSchedule.Create(new ScheduleOptions { WarmupSteps = 7, WarmupRatio = 0.5 }, 100).WarmupSteps);

    [Fact]
    public void Curve_LongerThanThePoints_KeepsFirstAndLastStep()
    {
        var curve = LearningRateSchedule.Create(new ScheduleOptions(), 10_000).Curve(300);
        Assert.Equal(300, curve.Count);
        Assert.Equal(0, curve[0].Step);
        Assert.Equal(9_999, curve[^1].Step);
    }
}
