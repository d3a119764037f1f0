using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Estimation;

public sealed class RehearsalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Run_LongestBatch_IsMeasuredAndRefinesTheEstimate()
    {
        using var run = new TinyRun();
        using var index = DatasetIndex.Open(run.Specification.Dataset.Path, new DatasetCheckOptions(), Token);
        var lengths = Measure(run, index);
        var estimate = TrainingRun.Estimate(run.Specification, new MeasuredRows(index, lengths), Token);

        var measured = Rehearsal.Run(run.Specification, index, lengths, Token);
        var refined = Rehearsal.Refine(estimate, run.Specification, measured);

        // Two packed sequences of 64 tokens: nearly full, never more.
        Assert.InRange(measured.Tokens, 64, 128);
        Assert.True(measured.PassSeconds > 0 && measured.UpdateSeconds > 0);
        Assert.True(!OperatingSystem.IsLinux() || measured.PeakBytes is null || measured.PeakBytes >= measured.BaseBytes);
        Assert.Equal((true, estimate.TotalSteps), (refined.Rehearsed, refined.TotalSteps));
        Assert.True(refined.Shortest > TimeSpan.Zero && refined.Shortest < refined.Longest);
    }

    [Fact]
    public void Run_Cancelled_Throws()
    {
        using var run = new TinyRun();
        using var index = DatasetIndex.Open(run.Specification.Dataset.Path, new DatasetCheckOptions(), Token);
        var lengths = Measure(run, index);

        Assert.Throws<OperationCanceledException>(() => Rehearsal.Run(run.Specification, index, lengths, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Find_TooLittleMemory_ProposesTheMildestChangeThatFits()
    {
        using var run = new TinyRun();
        var specification = run.Specification with { Batch = new BatchOptions { Rows = 8, ContextLength = 4096 } };
        var whole = Estimate(specification);
        var half = Estimate(specification with { Batch = specification.Batch with { Rows = 4 } });

        var fit = MemoryFitter.Find(specification, whole, half.MemoryBytes);

        Assert.Null(MemoryFitter.Find(specification, whole, whole.MemoryBytes));
        Assert.Equal((4, 2, 4096), (fit!.Batch.Rows, fit.Batch.Accumulation, fit.Batch.ContextLength));
        Assert.Equal("batch 8 → 4, accumulation 1 → 2", fit.Change);
        Assert.InRange(fit.Bytes, half.MemoryBytes - 1, half.MemoryBytes);
        Assert.Null(MemoryFitter.Find(specification, whole, 1));
    }

    [Fact]
    public void Find_BatchOfOne_ProposesRecomputing()
    {
        using var run = new TinyRun();
        var specification = run.Specification with { Batch = new BatchOptions { Rows = 1, ContextLength = 4096 } };
        var whole = Estimate(specification);

        var fit = MemoryFitter.Find(specification, whole, Estimate(specification with { GradientCheckpointing = true }).MemoryBytes);

        Assert.True(fit!.GradientCheckpointing);
        Assert.Equal(specification.Batch, fit.Batch);
    }

    private static TokenLengths Measure(TinyRun run, DatasetIndex index)
        => TokenLengthMeter.Measure(index, Renderer.Load(run.Specification.Model), null, "", 1, null, Token);

    private static RunEstimate Estimate(RunSpecification specification) => TrainingRun.Estimate(specification, measured: null, Token);
}
