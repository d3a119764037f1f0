using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Tests.Support;
using Xunit;

namespace FineTuneStudio.Tests.Engine.Training.Estimation;

/// <summary>What a reinforcement run is said to take, beside what it takes.</summary>
public sealed class RftEstimatorTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1.5)]
    public void Estimate_Counts_AreThoseOfTheRun(int updates, double epochs)
    {
        using var run = TinyRun.Rft(options => options with { Updates = updates });
        run.Specification = run.Specification with { Duration = new DurationOptions { Epochs = epochs }, Evaluation = new EvaluationOptions { EverySteps = 0 } };

        var estimate = TrainingRun.Estimate(run.Specification, measured: null, TestContext.Current.CancellationToken);
        var started = run.Run().OfType<TrainingEvent.Started>().Single();

        Assert.Equal(
            (started.TotalSteps, started.TrainingRows, started.HeldOutRows, started.TrainableParameters, started.TrainingTokens),
            (estimate.TotalSteps, estimate.TrainingRows, estimate.HeldOutRows, estimate.TrainableParameters, estimate.TokensPerEpoch));
        Assert.InRange(estimate.Shortest, TimeSpan.Zero, estimate.Longest);
        Assert.True(estimate.DiskBytes > Directory.GetFiles(run.Folder, RunFolder.Rollouts).Sum(file => new FileInfo(file).Length));
        Assert.Contains(estimate.Memory, part => part.Name == "keys and values of answers");
    }

    [Fact]
    public void Estimate_PromptsMeasuredAlready_IsTheSameWithoutRenderingThem()
    {
        using var run = TinyRun.Rft();
        using var index = DatasetIndex.Open(run.Specification.Dataset.Path, new DatasetCheckOptions { Method = TrainingMethod.Rft }, TestContext.Current.CancellationToken);
        var lengths = TokenLengthMeter.Measure(index, Renderer.Load(run.Specification.Model), cachePath: null, "model", workers: 1, progress: null, TestContext.Current.CancellationToken);

        var measured = TrainingRun.Estimate(run.Specification, new MeasuredRows(index, lengths), TestContext.Current.CancellationToken);
        var rendered = TrainingRun.Estimate(run.Specification, measured: null, TestContext.Current.CancellationToken);

        Assert.True(lengths.ArePrompts);
        Assert.Equal((rendered.TotalSteps, rendered.TokensPerEpoch, rendered.TrainingRows), (measured.TotalSteps, measured.TokensPerEpoch, measured.TrainingRows));
        Assert.False(measured.Sampled);
    }

    [Fact]
    public void Estimate_NoRoomForAnAnswer_IsRefused()
    {
        using var run = TinyRun.Rft();
        run.Specification = run.Specification with { Batch = new BatchOptions { ContextLength = 8 } };

        var refusal = Assert.Throws<UserErrorException>(() => TrainingRun.Estimate(run.Specification, measured: null, TestContext.Current.CancellationToken));
        Assert.Contains("leaves room", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Suggest_ForReinforcement_SaysWhereToAsk()
    {
        using var run = TinyRun.Rft();

        Assert.Contains("forecast", Assert.Throws<UserErrorException>(() => TrainingRun.Suggest(run.Specification, measured: null, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }
}
