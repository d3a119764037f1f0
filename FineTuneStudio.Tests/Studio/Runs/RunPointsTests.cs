using System.Runtime.InteropServices;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Engine.Contracts;
using Xunit;

namespace FineTuneStudio.Tests.Studio.Runs;

public sealed class RunPointsTests
{
    [Fact]
    public void After_MiddleStep_GivesTheRestColumnAfterColumn()
    {
        var points = Filled(5);

        var packed = points.After(3);

        Assert.Equal(2, packed.Count);
        var values = MemoryMarshal.Cast<byte, float>(packed.Values);
        Assert.Equal([4f, 5f], values[..2]);
        Assert.Equal([40f, 50f], values[2..4]);
        Assert.Equal(2 * RunPoints.Columns, values.Length);
    }

    [Fact]
    public void Rewind_ToACheckpoint_ForgetsWhatCameAfter()
    {
        var points = Filled(9);

        points.Rewind(6);

        Assert.Equal(6, points.LastStep);
        Assert.Equal(6, points.Count);
    }

    [Fact]
    public void After_HundredThousandSteps_IsThinnedOutButKeepsEverySpikeAndTheEnd()
    {
        var points = new RunPoints();
        for (var step = 1; step <= 100_000; step++)
        {
            points.Add(Step(step, loss: step == 77_777 ? 999 : 1, norm: step == 33_333 ? 888 : 1));
        }

        var packed = points.After(0);

        Assert.InRange(packed.Count, 1_000, 6_001);
        var values = MemoryMarshal.Cast<byte, float>(packed.Values).ToArray();
        Assert.Equal(100_000f, values[packed.Count - 1]);
        Assert.Equal(999f, values.AsSpan(packed.Count, packed.Count).ToArray().Max());
        Assert.Equal(888f, values.AsSpan(3 * packed.Count, packed.Count).ToArray().Max());
    }

    private static RunPoints Filled(int steps)
    {
        var points = new RunPoints();
        for (var step = 1; step <= steps; step++)
        {
            points.Add(Step(step, loss: step * 10, norm: 1));
        }

        return points;
    }

    private static TrainingEvent.StepCompleted Step(int step, double loss, double norm) => new(step, 0, loss, 1e-4, norm, 100, 50, 0.5, 1_000_000);
}
