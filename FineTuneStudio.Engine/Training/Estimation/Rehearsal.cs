using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Packing;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Two real steps of a run on its longest batch, with an adapter that is thrown away: what they take is what the run will take.</summary>
public static class Rehearsal
{
    // One to warm up, one to measure.
    private const int Steps = 2;

    // Machines do other things besides: the range around what was measured.
    private const double Quicker = 0.9;
    private const double Slower = 1.4;

    /// <summary>Runs the two steps on the calling thread.</summary>
    /// <param name="specification">Model and dataset are paths.</param>
    /// <param name="index">The dataset.</param>
    /// <param name="lengths">Its rows' lengths for the model, complete.</param>
    /// <param name="cancellationToken">Looked at between passes.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    /// <exception cref="TensorMemoryException">There is not enough memory.</exception>
    public static RehearsalResult Run(RunSpecification specification, DatasetIndex index, TokenLengths lengths, CancellationToken cancellationToken)
    {
        UserErrorException.ThrowIfAny(specification.Validate());
        TorchRuntime.Threads = Environment.ProcessorCount;
        var rows = LongestBatch(specification, index, lengths);
        var isCounted = ProcessMemory.BeginPeak();
        var before = ProcessMemory.ResidentBytes();
        using var trainee = Trainee.Load(specification, Devices.Resolve(specification.Device), begins: false);
        var step = new TrainingStep(trainee.Model, trainee.Parameters, trainee.Optimizer, specification.Precision == Precision.Fp16 ? new LossScale() : null, specification.Optimizer.ClipNorm, specification.GradientCheckpointing)
        {
            BalanceWeight = BalanceWeight.Of(specification, trainee.Model.Config),
        };

        RandomGenerator? Dropout(int microBatch)
        {
            return specification.Lora is { Dropout: > 0 } ? new RandomGenerator(specification.Seed + microBatch, trainee.Model.Device) : null;
        }

        var seconds = new StepSeconds(0, 0, 0);
        for (var number = 0; number < Steps; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            seconds = step.Run([rows], specification.Schedule.LearningRate, Dropout, cancellationToken).Seconds;
        }

        return new RehearsalResult(
            rows.Sum(row => row.Ids.Length), seconds.Forward + seconds.Backward, seconds.Update, before, isCounted ? ProcessMemory.PeakBytes() : null);
    }

    /// <summary>An estimate with time and memory as they were measured.</summary>
    public static RunEstimate Refine(RunEstimate estimate, RunSpecification specification, RehearsalResult measured)
    {
        var epochs = (double)estimate.TotalSteps / Math.Max(1, estimate.StepsPerEpoch);
        var perToken = measured.PassSeconds / Math.Max(1, measured.Tokens);
        var meanLength = (double)estimate.TokensPerEpoch / Math.Max(1, estimate.TrainingRows);

        // A forward pass alone is a third of a pass; a sampled token reads the weights once, as a short pass does.
        var evaluation = RunEstimator.EvaluationsPerRun * estimate.HeldOutRows * meanLength * perToken / 3;
        var sampling = RunEstimator.EvaluationsPerRun * Math.Min(specification.Evaluation.Samples, estimate.HeldOutRows) * specification.Evaluation.SampleTokens * perToken;
        var seconds = (estimate.TokensPerEpoch * epochs * perToken) + (estimate.TotalSteps * measured.UpdateSeconds) + evaluation;
        return estimate with
        {
            Rehearsed = true,
            Shortest = TimeSpan.FromSeconds((seconds + sampling) * Quicker),
            Longest = TimeSpan.FromSeconds((seconds + (4 * sampling)) * Slower),
            Memory = measured.PeakBytes is { } peak && peak > measured.BaseBytes
                ? [new MemoryPart("the run, as measured", peak - measured.BaseBytes), new MemoryPart("the studio", measured.BaseBytes)]
                : estimate.Memory,
        };
    }

    /// <summary>The rows of the run's own pass that holds the most tokens.</summary>
    private static TrainingRow[] LongestBatch(RunSpecification specification, DatasetIndex index, TokenLengths lengths)
    {
        MeasuredRows.RefuseUnrendered(index, lengths, specification);
        var context = specification.Batch.ContextLength;
        var split = DatasetSplit.Create(index, specification.Dataset, specification.Seed);
        var kept = Enumerable.Range(0, split.TrainingCount).Select(split.TrainingRow).Where(row => lengths.LearntWithin(row, context) > 0).ToArray();
        if (kept.Length == 0)
        {
            throw RowFigures.NothingToLearn();
        }

        int[] tokens = [.. kept.Select(row => Math.Min(lengths.TokensOf(row) ?? 0, context))];
        var plan = BatchPlan.Create(tokens, specification.Batch, new DurationOptions { Epochs = 1 }, specification.Seed);
        var longest = Enumerable.Range(0, plan.TotalSteps).SelectMany(plan.MicroBatches).MaxBy(batch => batch.Sum(place => (long)tokens[place]))!;
        var renderer = Renderer.Load(specification.Model);
        return Array.ConvertAll(longest, place =>
        {
            var row = index.Read(kept[place]);
            var rendered = renderer.RenderConversation(row.Conversation, row.LearnWeights, context);
            return new TrainingRow(row.Index, row.Line, rendered.Ids, rendered.Weights, rendered.Cut);
        });
    }
}
