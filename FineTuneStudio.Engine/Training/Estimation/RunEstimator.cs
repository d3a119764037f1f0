using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Packing;
using FineTuneStudio.Engine.Training.Schedules;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Tells what a run will take: counts from the rows themselves, time from the machine's own product rate, memory from the shapes.</summary>
internal sealed class RunEstimator
{
    /// <summary>Times a run is taken to score its held-out rows: once before it, ten times on its way.</summary>
    public const int EvaluationsPerRun = 11;

    // Rows rendered; of a larger file evenly spread ones stand for all.
    private const int MostRowsRendered = 4000;
    private const int FewSteps = 20;
    private const long BytesOfLogPerStep = 700;

    // Share of the product rate that a step reaches: at best on large layers, at worst on small ones beside other work.
    private const double BestShare = 0.6;
    private const double WorstShare = 0.12;

    private readonly RunSpecification _specification;
    private readonly ModelShape _shape;
    private readonly ModelConfig _config;
    private readonly ModelSizes _sizes;

    private RunEstimator(RunSpecification specification, ModelShapes shapes)
    {
        _specification = specification;
        _shape = shapes.Of(specification.Model);
        _config = _shape.Config;
        _ = BalanceWeight.Of(specification, _config);
        _sizes = ModelSizes.Of(_config, specification.Lora);
    }

    /// <summary>Estimates a run.</summary>
    /// <param name="specification">Model and dataset are paths.</param>
    /// <param name="measured">The dataset, where it is open already; where its rows are measured, counts are exact, else a sample is rendered.</param>
    /// <param name="shapes">Remembers what was read of models.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, ModelShapes shapes, CancellationToken cancellationToken)
    {
        UserErrorException.ThrowIfAny(specification.Validate());
        return specification.Reinforcement is null ? new RunEstimator(specification, shapes).Estimate(measured, cancellationToken) : RftEstimator.Estimate(specification, measured, shapes, cancellationToken);
    }

    /// <summary>What of the dataset and the model decides which options fit.</summary>
    /// <param name="specification">Model and dataset are paths; whether an adapter learns.</param>
    /// <param name="measured">The dataset, where it is open already.</param>
    /// <param name="shapes">Remembers what was read of models.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunFacts Facts(RunSpecification specification, MeasuredRows? measured, ModelShapes shapes, CancellationToken cancellationToken)
    {
        if (specification.Reinforcement is not null)
        {
            throw new UserErrorException("method", "Options are suggested for sft alone, where they follow from the rows. Of a run by rft, a forecast says what to change ('forecast').");
        }

        var config = shapes.Of(specification.Model).Config;

        // Uncut: the context is one of the options that are asked for.
        var whole = specification with { Batch = specification.Batch with { ContextLength = config.ContextLength } };
        UserErrorException.ThrowIfAny(whole.Validate());
        var estimator = new RunEstimator(whole, shapes);
        var rows = estimator.Rows(measured, cancellationToken);

        // An adapter that is gone on with keeps its rank.
        var ofARank = specification is { Lora: { } lora, InitialAdapter: null } ? estimator._sizes.Trainable / lora.Rank : (long?)null;
        return new RunFacts(
            rows.Lengths.Length, rows.MeanLength, rows.Longest, rows.Usual, (double)rows.LearntTokens / rows.Lengths.Length, config.HiddenSize,
            config.ContextLength, specification.Lora is not null, ofARank);
    }

    private RunEstimate Estimate(MeasuredRows? measured, CancellationToken cancellationToken)
    {
        var rows = Rows(measured, cancellationToken);
        var plan = BatchPlan.Create(rows.Lengths, _specification.Batch, _specification.Duration, _specification.Seed);
        var epochs = plan.EpochAfter(plan.TotalSteps);
        var (shortest, longest) = TimeOf(rows, epochs);
        return new RunEstimate(
            plan.TotalSteps, plan.StepsPerEpoch, rows.Lengths.Length, rows.HeldOut, rows.Cut, rows.Tokens, rows.LearntTokens, _sizes.Trainable, _sizes.Parameters,
            shortest, longest, [.. _shape.Memory.Value.Parts(_specification, rows.Longest).OrderByDescending(part => part.Bytes)],
            DiskBytes(plan.TotalSteps, epochs * rows.Lengths.Length))
        {
            ActiveParameters = _sizes.Active,
            Sampled = rows.Sampled,
            Warnings = [.. Warnings(plan, rows)],
        };
    }

    private RowFigures Rows(MeasuredRows? measured, CancellationToken cancellationToken)
    {
        using var opened = measured is null ? DatasetIndex.Open(_specification.Dataset.Path, Check, cancellationToken) : null;
        var index = measured?.Index ?? opened!;
        return measured?.Lengths is { IsComplete: true } lengths ? AllRows(index, lengths, cancellationToken) : SampleRows(index, cancellationToken);
    }

    private RowFigures AllRows(DatasetIndex index, TokenLengths lengths, CancellationToken cancellationToken)
    {
        MeasuredRows.RefuseUnrendered(index, lengths, _specification);
        var options = _specification.Dataset;
        var split = DatasetSplit.Create(index, options, _specification.Seed);
        var figures = RowFigures.Of(lengths, split, _specification.Batch.ContextLength, options.Learn == LearntText.Everything);
        return options.HeldOutPath is null ? figures : figures with { HeldOut = HeldOutOfItsOwn(cancellationToken) };
    }

    private RowFigures SampleRows(DatasetIndex index, CancellationToken cancellationToken)
    {
        var options = _specification.Dataset;
        var renderer = Renderer.Load(_specification.Model);
        var split = DatasetSplit.Create(index, options, _specification.Seed);
        var heldOut = options.HeldOutPath is null ? split.HeldOut.Count : HeldOutOfItsOwn(cancellationToken);
        var sampled = Math.Min(split.TrainingCount, MostRowsRendered);
        var rendered = new RenderedRow[sampled];
        try
        {
            Parallel.For(0, sampled, new ParallelOptions { CancellationToken = cancellationToken }, sample =>
            {
                var row = split.TrainingRow((int)((long)sample * split.TrainingCount / sampled));
                rendered[sample] = Rendered(renderer, index.Read(row));
            });
        }
        catch (AggregateException exception) when (exception.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } mistake)
        {
            throw mistake;
        }

        var everything = options.Learn == LearntText.Everything;
        return RowFigures.Of(rendered, split.TrainingCount, heldOut, everything) with { Sampled = sampled < split.TrainingCount };
    }

    private DatasetCheckOptions Check => new() { Method = _specification.Method, Columns = _specification.Dataset.Columns };

    private int HeldOutOfItsOwn(CancellationToken cancellationToken)
    {
        using var index = DatasetIndex.Open(_specification.Dataset.HeldOutPath!, Check, cancellationToken);
        return Math.Min(index.Count, _specification.Dataset.HeldOutMaxRows);
    }

    private RenderedRow Rendered(Renderer renderer, DatasetRow row)
        => renderer.RenderConversation(row.Conversation, row.LearnWeights, _specification.Batch.ContextLength);

    private (TimeSpan Shortest, TimeSpan Longest) TimeOf(RowFigures rows, double epochs)
    {
        // Forward 2 N, backward 2 N through the activations, and 2 N more where every weight learns.
        var work = (_specification.Lora is null ? 6.0 : 4.0) + (_specification.GradientCheckpointing ? 2 : 0);
        var products = _sizes.Active * ((work * rows.Tokens * epochs) + (2.0 * rows.HeldOut * rows.MeanLength * EvaluationsPerRun));
        var rate = ProductRate.Measure(_config.HiddenSize, _specification.Precision, Devices.Resolve(_specification.Device));
        var sampled = (double)EvaluationsPerRun * Math.Min(_specification.Evaluation.Samples, rows.HeldOut) * _specification.Evaluation.SampleTokens;
        var sampling = sampled * 2 * _sizes.Active / rate * 4;
        return (TimeSpan.FromSeconds((products / (rate * BestShare)) + sampling), TimeSpan.FromSeconds((products / (rate * WorstShare)) + (4 * sampling)));
    }

    private long DiskBytes(int steps, double rowsSeen)
        => _sizes.DiskBytes(_specification, _shape.BesideBytes.Value) + (steps * BytesOfLogPerStep) + Math.Min(RowLossLog.MostBytes, (steps * (long)RowLosses.HeaderBytes) + (long)(rowsSeen * RowLosses.RowBytes));

    private IEnumerable<string> Warnings(BatchPlan plan, RowFigures rows)
    {
        if (plan.TotalSteps < FewSteps)
        {
            yield return $"Only {plan.TotalSteps} optimizer steps: little is learnt in so few. Use a smaller batch or context, or more epochs.";
        }

        if (rows.Cut > 0)
        {
            yield return $"About {rows.Cut} of {rows.Lengths.Length} rows are longer than the context of {_specification.Batch.ContextLength} tokens and are cut.";
        }

        if (_specification.Batch.ContextLength > _config.ContextLength)
        {
            yield return $"The context of {_specification.Batch.ContextLength} tokens is longer than the {_config.ContextLength} that the model was trained for.";
        }

        if (LearningRateSchedule.Create(_specification.Schedule, plan.TotalSteps).WarmupSteps >= plan.TotalSteps)
        {
            yield return "The warm-up is as long as the run: the learning rate never reaches its peak.";
        }
    }
}
