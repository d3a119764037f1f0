using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Packing;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Packing;

public sealed class BatchPlanTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 103).Select(row => 5 + (row * 7 % 40))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MicroBatches_OverAnEpoch_HoldEachRowOnce(bool packing)
    {
        var plan = Plan(new BatchOptions { Rows = 2, Accumulation = 3, ContextLength = 64, Packing = packing }, new DurationOptions { Epochs = 2 });
        var rows = Enumerable.Range(0, plan.StepsPerEpoch).SelectMany(plan.MicroBatches).SelectMany(rows => rows);
        Assert.Equal(Enumerable.Range(0, Lengths.Length), rows.Order());
    }

    [Fact]
    public void MicroBatches_OfAnyStep_HoldNoMoreThanRowsTimesContext()
    {
        var plan = Plan(new BatchOptions { Rows = 4, Accumulation = 2, ContextLength = 64 }, new DurationOptions { Epochs = 3 });
        for (var step = 0; step < plan.TotalSteps; step++)
        {
            var batches = plan.MicroBatches(step);
            Assert.InRange(batches.Count, 1, 2);
            Assert.All(batches, rows => Assert.InRange(rows.Sum(row => Lengths[row]), 1, 4 * 64));
        }
    }

    [Fact]
    public void MicroBatches_AskedOutOfOrder_AreTheSame()
    {
        var batch = new BatchOptions { Rows = 2, ContextLength = 64 };
        var forward = Plan(batch, new DurationOptions { Epochs = 3 });
        var inOrder = Enumerable.Range(0, forward.TotalSteps).Select(step => string.Join(",", forward.MicroBatches(step).SelectMany(rows => rows))).ToArray();
        var backward = Plan(batch, new DurationOptions { Epochs = 3 });
        for (var step = backward.TotalSteps - 1; step >= 0; step--)
        {
            Assert.Equal(inOrder[step], string.Join(",", backward.MicroBatches(step).SelectMany(rows => rows)));
        }
    }

    [Fact]
    public void MicroBatches_OfTwoEpochs_Differ()
    {
        var plan = Plan(new BatchOptions { Rows = 1, ContextLength = 64 }, new DurationOptions { Epochs = 2 });
        Assert.NotEqual(plan.MicroBatches(0)[0], plan.MicroBatches(plan.StepsPerEpoch)[0]);
    }

    [Fact]
    public void MicroBatches_SameBatchAsRowsOrAsAccumulation_HoldTheSameRows()
    {
        var wide = Plan(new BatchOptions { Rows = 8, Accumulation = 1, ContextLength = 64 }, new DurationOptions());
        var deep = Plan(new BatchOptions { Rows = 1, Accumulation = 8, ContextLength = 64 }, new DurationOptions());
        Assert.Equal(wide.TotalSteps, deep.TotalSteps);
        for (var step = 0; step < wide.TotalSteps; step++)
        {
            Assert.Equal(wide.MicroBatches(step).SelectMany(rows => rows), deep.MicroBatches(step).SelectMany(rows => rows));
        }
    }

    [Theory]
    [InlineData(0.5, 26)]
    [InlineData(1, 52)]
    [InlineData(2.25, 117)]
    public void TotalSteps_OfFractionalEpochs_AreThatShareOfTheRows(double epochs, int steps)
        => Assert.Equal(steps, Plan(new BatchOptions { Rows = 2, Packing = false }, new DurationOptions { Epochs = epochs }).TotalSteps);

    [Fact]
    public void TotalSteps_GivenAsSteps_WinOverEpochs()
    {
        var plan = Plan(new BatchOptions { Rows = 2, Packing = false }, new DurationOptions { Epochs = 1, Steps = 130 });
        Assert.Equal(130, plan.TotalSteps);
        Assert.NotEmpty(plan.MicroBatches(129));
        Assert.Equal(2.5, plan.EpochAfter(130), 1e-12);
        Assert.Equal(1, plan.EpochAfter(52), 1e-12);
    }

    private static BatchPlan Plan(BatchOptions batch, DurationOptions duration) => BatchPlan.Create(Lengths, batch, duration, seed: 11);
}
