using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Training.Checkpoints;
using FineTuneStudio.Engine.Training.Evaluation;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Packing;
using FineTuneStudio.Engine.Training.Schedules;

namespace FineTuneStudio.Engine.Training.Sft;

/// <summary>Supervised fine-tuning: the likelihood of the dataset's own answers.</summary>
internal sealed class SftObjective : IObjective
{
    private const int SmallestEvaluationBatch = 4096;

    private readonly RunSpecification _specification;
    private readonly TrainingRows _rows;
    private readonly Trainee _trainee;
    private readonly BatchPlan _plan;
    private readonly LearningRateSchedule _schedule;
    private readonly TrainingStep _step;
    private readonly HeldOutSampler _sampler;
    private readonly RowLossLog _rowLosses;
    private readonly ActivityReport _activity;
    private StepOutcome? _outcome;

    /// <summary>Takes what it learns from; the trainee stays its owner's, the log of rows becomes its own.</summary>
    public SftObjective(RunSpecification specification, TrainingRows rows, Renderer renderer, Trainee trainee, LossScale? lossScale, RowLossLog rowLosses, ActivityReport activity)
    {
        _specification = specification;
        _rows = rows;
        _trainee = trainee;
        _rowLosses = rowLosses;
        _activity = activity;
        _step = new TrainingStep(trainee.Model, trainee.Parameters, trainee.Optimizer, lossScale, specification.Optimizer.ClipNorm, specification.GradientCheckpointing)
        {
            BalanceWeight = BalanceWeight.Of(specification, trainee.Model.Config),
        };
        _sampler = new HeldOutSampler(rows.HeldOut, renderer, specification.Evaluation);
        _plan = BatchPlan.Create([.. rows.Training.Select(row => row.Ids.Length)], specification.Batch, specification.Duration, specification.Seed);
        _schedule = LearningRateSchedule.Create(specification.Schedule, _plan.TotalSteps);
    }

    /// <inheritdoc/>
    public int TotalSteps => _plan.TotalSteps;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => _rows.Warnings;

    /// <inheritdoc/>
    public bool HasHeldOut => _rows.HeldOut.Count > 0;

    /// <inheritdoc/>
    public double EpochAfter(int steps) => _plan.EpochAfter(steps);

    /// <inheritdoc/>
    public bool IsWholeAfter(int steps) => true;

    /// <inheritdoc/>
    public TrainingEvent.Started Describe(int step) => new(
        step, TotalSteps, _trainee.TrainableCount, _trainee.Model.ParameterCount, _rows.Training.Count, _rows.HeldOut.Count,
        _rows.Training.Sum(row => (long)row.Ids.Length), _rows.Training.Sum(row => (long)row.LearntTokens), _rows.Training.Count(row => row.Cut));

    /// <inheritdoc/>
    public (TrainingEvent.StepCompleted Step, StepEnd End) Learn(int step, CancellationToken cancellationToken)
    {
        // The first step since the model was loaded warms up and takes the longest: the only one that is worth a word, as steps are not told in parts.
        if (_outcome is null)
        {
            _activity.Begin(RunActivity.Learning);
        }

        var batches = _plan.MicroBatches(step).ConvertAll(rows => Array.ConvertAll(rows, row => _rows.Training[row]));
        TrainingRow[] all = [.. batches.SelectMany(rows => rows)];
        var outcome = _outcome = _step.Run(batches, _schedule.Rate(step), microBatch => _trainee.DropoutStream(_specification, step, microBatch), cancellationToken);
        NonFiniteLossException.ThrowIf(outcome.End, step + 1, all.Select(row => row.Line));
        var told = new TrainingEvent.StepCompleted(
            step + 1, _plan.EpochAfter(step + 1), outcome.Loss, _trainee.Optimizer.Rate(step + 1, _schedule.Rate(step)), outcome.GradientNorm,
            all.Sum(row => row.Ids.Length), all.Sum(row => row.LearntTokens), Seconds: 0, ResidentBytes: 0)
        {
            ExpertBalance = outcome.ExpertBalance,
        };
        return (told, outcome.End);
    }

    /// <inheritdoc/>
    public IEnumerable<TrainingEvent> Record(int step)
    {
        _rowLosses.Append(step, _outcome!.Rows);
        return [];
    }

    /// <inheritdoc/>
    public (HeldOutScore Score, IReadOnlyList<TrainingEvent> Events) Evaluate(int step, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var tokens = Math.Max(SmallestEvaluationBatch, _specification.Batch.ContextLength);
        var loss = HeldOutEvaluator.Loss(_trainee.Model, [.. _rows.HeldOut.Select(row => row.Rendered)], tokens, _activity, cancellationToken);
        if (!double.IsFinite(loss))
        {
            throw new NonFiniteLossException(step, "The held-out loss", [.. _rows.HeldOut.Select(row => row.Rendered.Line)]);
        }

        var evaluated = new TrainingEvent.Evaluated(step, loss, clock.Elapsed.TotalSeconds);
        return (new HeldOutScore(loss, Reward: null), [evaluated, .. _sampler.Answer(_trainee.Model, step, _activity, cancellationToken)]);
    }

    /// <inheritdoc/>
    public RunState Add(RunState state) => state with { DatasetHash = _rows.Hash };

    /// <inheritdoc/>
    public void Restore(RunState state)
    {
        // Order, packing and dropout follow from the seed and the step alone.
    }

    /// <inheritdoc/>
    public void Dispose() => _rowLosses.Dispose();
}
