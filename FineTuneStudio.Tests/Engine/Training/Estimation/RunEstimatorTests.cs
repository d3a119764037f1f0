using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Estimation;

public sealed class RunEstimatorTests
{
    [Fact]
    public void Estimate_SmallDataset_CountsWhatTheRunCounts()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Duration = new DurationOptions { Epochs = 2 } };
        var estimate = TrainingRun.Estimate(run.Specification, measured: null, TestContext.Current.CancellationToken);
        var started = run.Run().OfType<TrainingEvent.Started>().Single();
        Assert.Equal(started.TotalSteps, estimate.TotalSteps);
        Assert.Equal(started.TrainingTokens, estimate.TokensPerEpoch);
        Assert.Equal(started.LearntTokens, estimate.LearntTokensPerEpoch);
        Assert.Equal(started.TrainableParameters, estimate.TrainableParameters);
        Assert.Equal(started.ModelParameters, estimate.ModelParameters);
        Assert.Equal((started.TrainingRows, started.HeldOutRows), (estimate.TrainingRows, estimate.HeldOutRows));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Estimate_MeasuredRows_CountsWhatTheRunCountsAtAnyContext(int shorterThanTheLongest)
    {
        using var run = new TinyRun();
        using var index = DatasetIndex.Open(run.Specification.Dataset.Path, new DatasetCheckOptions(), TestContext.Current.CancellationToken);
        var lengths = TokenLengthMeter.Measure(index, Renderer.Load(run.Specification.Model), null, "", 1, null, TestContext.Current.CancellationToken);
        var context = lengths.Summarize().Longest - shorterThanTheLongest;
        run.Specification = run.Specification with { Batch = new BatchOptions { Rows = 2, ContextLength = context }, Duration = new DurationOptions { Epochs = 1 } };

        var estimate = TrainingRun.Estimate(run.Specification, new MeasuredRows(index, lengths), TestContext.Current.CancellationToken);
        var started = run.Run().OfType<TrainingEvent.Started>().Single();

        Assert.Equal(
            (started.TotalSteps, started.TrainingTokens, started.LearntTokens, started.TrainingRows, started.HeldOutRows, started.CutRows),
            (estimate.TotalSteps, estimate.TokensPerEpoch, estimate.LearntTokensPerEpoch, estimate.TrainingRows, estimate.HeldOutRows, estimate.CutRows));
        Assert.False(estimate.Sampled);
    }

    [Fact]
    public void Estimate_VeryFewSteps_Warns()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Batch = new BatchOptions { Rows = 64 }, Duration = new DurationOptions { Epochs = 1 } };
        Assert.Contains(TrainingRun.Estimate(run.Specification, measured: null, TestContext.Current.CancellationToken).Warnings, warning => warning.Contains("steps", StringComparison.Ordinal));
    }

    [Fact]
    public void Estimate_UnknownTarget_IsRefused()
    {
        using var run = new TinyRun();
        run.Specification = run.Specification with { Lora = new LoraOptions { Targets = ["q_proj", "w_pack"] } };
        Assert.Contains("w_pack", Assert.Throws<UserErrorException>(() => TrainingRun.Estimate(run.Specification, measured: null, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }
}
