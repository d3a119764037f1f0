using System.Runtime.InteropServices;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunPointsTests
{
    private const int Many = 100_000;

    [Fact]
    public void After_MiddleStep_GivesTheRestColumnAfterColumn()
    {
        var packed = Filled(5).After(3);

        Assert.Equal(2, packed.Count);
        Assert.Equal([4f, 5f], Column(packed, 0));
        Assert.Equal([40f, 50f], Column(packed, 1));
        Assert.Equal(2 * RunPoints.Columns * sizeof(float), packed.Values.Length);
    }

    [Fact]
    public void Rewind_ToACheckpoint_ForgetsWhatCameAfter()
    {
        var points = Filled(9);

        points.Rewind(6);

        Assert.Equal(6, points.LastStep);
        Assert.Equal(6, points.Count);
    }

    [Theory]
    [InlineData(1, 999)]
    [InlineData(1, -999)]
    [InlineData(3, 999)]
    [InlineData(4, 1e6)]
    [InlineData(4, 1)]
    [InlineData(5, 4096)]
    public void After_ManySteps_KeepsTheSpikeOfEveryColumn(int column, double spike)
    {
        var points = new RunPoints();
        for (var step = 1; step <= Many; step++)
        {
            var value = step == 77_777 ? spike : 100;
            points.Add(
                new(step, 0, column == 1 ? value : 100, 1e-4, column == 3 ? value : 100, column == 4 ? (int)value : 100, 50, 1, column == 5 ? (long)value << 20 : 100 << 20),
                TimeSpan.Zero);
        }

        var packed = points.After(0);

        Assert.InRange(packed.Count, 1_000, RunPoints.MostRows);
        var values = Column(packed, column);
        Assert.Equal((float)spike, spike > 100 ? values.Max() : values.Min());
        Assert.Equal(77_777f, Column(packed, 0)[Array.IndexOf(values, (float)spike)]);
    }

    [Fact]
    public void After_ManySteps_AscendsToTheVeryLastAndKeepsTheMean()
    {
        var points = new RunPoints();
        for (var step = 1; step <= Many; step++)
        {
            points.Add(Step(step, loss: Math.Sin(step * 0.7) + (step % 13), norm: Math.Cos(step)), TimeSpan.FromSeconds(step));
        }

        var packed = points.After(0);

        var steps = Column(packed, 0);
        Assert.Equal(steps.Order().Distinct(), steps);
        Assert.Equal((1f, (float)Many), (steps[0], steps[^1]));

        // Each row's mean counts as often as the steps it stands for.
        var means = Column(packed, RunPoints.Columns - 1);
        var sum = means.Select((mean, row) => (double)mean * (steps[row] - (row == 0 ? 0 : steps[row - 1]))).Sum();
        var wanted = Enumerable.Range(1, Many).Average(step => Math.Sin(step * 0.7) + (step % 13));
        Assert.Equal(wanted, sum / Many, 1e-4);
    }

    [Fact]
    public void Window_OfFewSteps_HasEveryOneAndANeighbourOnEachSide()
    {
        var packed = Filled(50_000).Window(20_000, 20_003);

        Assert.Equal([19_999f, 20_000f, 20_001f, 20_002f, 20_003f, 20_004f], Column(packed, 0));
        Assert.Equal(50_000, packed.LastStep);
    }

    [Fact]
    public void Window_BeyondTheEnd_GivesWhatThereIs()
    {
        var points = Filled(10);

        Assert.Equal([8f, 9f, 10f], Column(points.Window(9, 99), 0));
        Assert.Equal(10f, Column(points.Window(90, 99), 0).Single());
        Assert.Equal(0, new RunPoints().Window(1, 9).Count);
    }

    [Fact]
    public void After_SupervisedRun_SendsNoFurtherColumn() => Assert.Null(Filled(5).After(0).Extra);

    [Fact]
    public void After_ReinforcementRun_NamesItsColumnsAndLeavesGapsWhereAStepHasNone()
    {
        var points = new RunPoints();
        points.Add(Step(1, 0, 1) with { Reinforcement = FakeReinforcement.Figures(1) with { Kl = null, Parts = null } }, TimeSpan.Zero);
        points.Add(Step(2, 0, 1) with { Reinforcement = FakeReinforcement.Figures(2) }, TimeSpan.Zero);

        var packed = points.After(0);

        float[] Extra(string name) => Column(packed, RunPoints.Columns + packed.Extra!.ToList().IndexOf(name));
        Assert.Equal([(float)FakeReinforcement.Reward(1), (float)FakeReinforcement.Reward(2)], Extra("reward"));
        Assert.Equal([float.NaN, 0.001f], Extra("kl"));
        Assert.Equal([float.NaN, 0.8f], Extra("part:short"));
        Assert.Equal(Extra("reward"), Extra("rewardMean"));
        Assert.Equal((RunPoints.Columns + packed.Extra!.Count) * 2 * sizeof(float), packed.Values.Length);
    }

    [Fact]
    public void After_LongReinforcementRun_KeepsTheWorstRewardAndTheMean()
    {
        var points = new RunPoints();
        for (var step = 1; step <= Many / 5; step++)
        {
            points.Add(Step(step, 0, 1) with { Reinforcement = FakeReinforcement.Figures(1) with { Reward = step == 7_777 ? -9 : 0.5 } }, TimeSpan.Zero);
        }

        var packed = points.After(0);

        var rewards = Column(packed, RunPoints.Columns + packed.Extra!.ToList().IndexOf("reward"));
        Assert.InRange(packed.Count, 1_000, RunPoints.MostRows);
        Assert.Equal(7_777f, Column(packed, 0)[Array.IndexOf(rewards, -9f)]);
        Assert.All(points.Sketch(10), value => Assert.InRange(value, 0.49f, 0.51f));
    }

    private static RunPoints Filled(int steps)
    {
        var points = new RunPoints();
        for (var step = 1; step <= steps; step++)
        {
            points.Add(Step(step, loss: step * 10, norm: 1), TimeSpan.FromSeconds(step));
        }

        return points;
    }

    private static float[] Column(PackedPoints packed, int column)
        => MemoryMarshal.Cast<byte, float>(packed.Values).Slice(column * packed.Count, packed.Count).ToArray();

    private static TrainingEvent.StepCompleted Step(int step, double loss, double norm) => new(step, 0, loss, 1e-4, norm, 100, 50, 0.5, 1_000_000);
}
