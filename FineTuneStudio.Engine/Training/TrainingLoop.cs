using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Checkpoints;
using FineTuneStudio.Engine.Training.Evaluation;
using FineTuneStudio.Engine.Training.Optimizers;
using FineTuneStudio.Engine.Training.Packing;
using FineTuneStudio.Engine.Training.Schedules;
using FineTuneStudio.Engine.Training.Sft;

namespace FineTuneStudio.Engine.Training;

/// <summary>The steps of a run, one after another: learn, tell, evaluate, save.</summary>
internal sealed class TrainingLoop
{
    private const int MostStepsBetweenCheckpoints = 100;
    private const int EvaluationsPerRun = 10;
    private const int SmallestEvaluationBatch = 4096;
    private static readonly TimeSpan MostTimeBetweenCheckpoints = TimeSpan.FromMinutes(5);

    private readonly RunSpecification _specification;
    private readonly TrainingRows _rows;
    private readonly BatchPlan _plan;
    private readonly LearningRateSchedule _schedule;
    private readonly Trainee _trainee;
    private readonly TrainingStep _step;
    private readonly LossScale? _lossScale;
    private readonly CheckpointStore _checkpoints;
    private readonly HeldOutSampler _sampler;
    private readonly RunLog _log;
    private readonly RowLossLog _rowLosses;
    private readonly PatientWriter _writer;
    private readonly string _specificationHash;
    private readonly Stopwatch _sinceCheckpoint = Stopwatch.StartNew();
    private double? _heldOutLoss;
    private double? _bestLoss;
    private int _bestStep = -1;
    private int _savedStep = -1;

    public TrainingLoop(
        RunSpecification specification, string specificationHash, TrainingRows rows, Trainee trainee, CheckpointStore checkpoints, HeldOutSampler sampler, RunLog log,
        RowLossLog rowLosses, PatientWriter writer)
    {
        _specification = specification;
        _specificationHash = specificationHash;
        _rows = rows;
        _trainee = trainee;
        _lossScale = specification.Precision == Precision.Fp16 ? new LossScale() : null;
        _step = new TrainingStep(trainee.Model, trainee.Parameters, trainee.Optimizer, _lossScale, specification.Optimizer.ClipNorm, specification.GradientCheckpointing)
        {
            BalanceWeight = BalanceWeight.Of(specification, trainee.Model.Config),
        };
        _checkpoints = checkpoints;
        _sampler = sampler;
        _log = log;
        _rowLosses = rowLosses;
        _writer = writer;
        _plan = BatchPlan.Create([.. rows.Training.Select(row => row.Ids.Length)], specification.Batch, specification.Duration, specification.Seed);
        _schedule = LearningRateSchedule.Create(specification.Schedule, _plan.TotalSteps);
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int TotalSteps => _plan.TotalSteps;

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Last held-out loss.</summary>
    public double? HeldOutLoss => _heldOutLoss;

    /// <summary>Goes on from a checkpoint.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        var state = checkpoint.Manifest.State;
        Step = _savedStep = state.Step;
        (_heldOutLoss, _bestLoss) = (state.HeldOutLoss, state.BestLoss);
        _trainee.Restore(checkpoint.Folder, state.WeightSteps ?? [.. Enumerable.Repeat((long)state.Step, _trainee.Parameters.Count)]);

        if (state.LossScale is { } scale)
        {
            _lossScale?.Restore(scale, state.LossScaleSteps);
        }

        // The log was cut back to what the checkpoint knows of it, which is all but the line about itself.
        _log.Report(new TrainingEvent.CheckpointSaved(Step, checkpoint.Name, checkpoint.Bytes, state.Best));
    }

    /// <summary>Runs to the end, or until a person's hand stops it.</summary>
    /// <returns>Whether all steps are done.</returns>
    public bool Run(RunControl control, CancellationToken cancellationToken)
    {
        ReportStart();
        if (Step == 0)
        {
            Evaluate(cancellationToken);
        }

        while (Step < TotalSteps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Learn(cancellationToken);
            var isEvaluated = IsDue(_specification.Evaluation.EverySteps ?? Math.Max(1, (TotalSteps + EvaluationsPerRun - 1) / EvaluationsPerRun));
            if (isEvaluated)
            {
                Evaluate(cancellationToken);
            }

            if (IsCheckpointDue(isEvaluated) || control.StopRequested || control.PauseRequested)
            {
                Save();
            }

            if (control.StopRequested)
            {
                return Step == TotalSteps;
            }

            StandStill(control, cancellationToken);
        }

        return true;
    }

    private void ReportStart()
    {
        _log.Report(new TrainingEvent.Started(
            Step, TotalSteps, _trainee.TrainableCount, _trainee.Model.ParameterCount, _rows.Training.Count, _rows.HeldOut.Count,
            _rows.Training.Sum(row => (long)row.Ids.Length), _rows.Training.Sum(row => (long)row.LearntTokens), _rows.Training.Count(row => row.Cut))
        {
            Device = Devices.Describe(_trainee.Model.Device),
        });
        if (Step == 0)
        {
            _log.Report(new TrainingEvent.Logged(Step, LogSeverity.Information, _trainee.Description));
        }

        foreach (var warning in Step == 0 ? _rows.Warnings : [])
        {
            _log.Report(new TrainingEvent.Logged(Step, LogSeverity.Warning, warning));
        }
    }

    // One optimizer step; on any failure the weights are still those of before.
    private void Learn(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        Devices.ResetPeak(_trainee.Model.Device);
        var batches = _plan.MicroBatches(Step).ConvertAll(rows => Array.ConvertAll(rows, row => _rows.Training[row]));
        TrainingRow[] all = [.. batches.SelectMany(rows => rows)];
        var outcome = _step.Run(batches, _schedule.Rate(Step), Dropout, cancellationToken);
        if (outcome.End is StepEnd.LossNotFinite or StepEnd.GradientNotFinite)
        {
            throw new NonFiniteLossException(
                Step + 1, outcome.End == StepEnd.LossNotFinite ? "The loss" : "The gradient norm", [.. all.Select(row => row.Line).Order()]);
        }

        var rate = _trainee.Optimizer.Rate(Step + 1, _schedule.Rate(Step));
        _writer.Step = ++Step;
        _rowLosses.Append(Step, outcome.Rows);
        _log.Report(new TrainingEvent.StepCompleted(
            Step, _plan.EpochAfter(Step), outcome.Loss, rate, outcome.GradientNorm, all.Sum(row => row.Ids.Length), all.Sum(row => row.LearntTokens),
            clock.Elapsed.TotalSeconds, Environment.WorkingSet)
        {
            DevicePeakBytes = Devices.MemoryOf(_trainee.Model.Device)?.Peak,
            ExpertBalance = outcome.ExpertBalance,
        });
        if (outcome.End == StepEnd.LeftOut)
        {
            _log.Report(new TrainingEvent.Logged(Step, LogSeverity.Information, $"The gradients of step {Step} overflowed fp16; it is left out, and the loss scale is {_lossScale!.Value:G6} now."));
        }
    }

    private RandomGenerator? Dropout(int microBatch) => _specification.Lora is { Dropout: > 0 }
        ? new RandomGenerator(unchecked((long)CounterRandom.Bits(_specification.Seed, Step, microBatch)), _trainee.Model.Device)
        : null;

    private bool IsDue(int everySteps) => Step == TotalSteps || (everySteps > 0 && Step % everySteps == 0);

    private bool IsCheckpointDue(bool isEvaluated)
        => _specification.Checkpoints.EverySteps is { } every
            ? IsDue(every)
            : isEvaluated || IsDue(MostStepsBetweenCheckpoints) || _sinceCheckpoint.Elapsed > MostTimeBetweenCheckpoints;

    private void Evaluate(CancellationToken cancellationToken)
    {
        if (_rows.HeldOut.Count == 0)
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        var tokens = Math.Max(SmallestEvaluationBatch, _specification.Batch.ContextLength);
        _heldOutLoss = HeldOutEvaluator.Loss(_trainee.Model, [.. _rows.HeldOut.Select(row => row.Rendered)], tokens, cancellationToken);
        if (!double.IsFinite(_heldOutLoss.Value))
        {
            throw new NonFiniteLossException(Step, "The held-out loss", [.. _rows.HeldOut.Select(row => row.Rendered.Line)]);
        }

        if (_bestLoss is null || _heldOutLoss < _bestLoss)
        {
            (_bestLoss, _bestStep) = (_heldOutLoss, Step);
        }

        _log.Report(new TrainingEvent.Evaluated(Step, _heldOutLoss.Value, clock.Elapsed.TotalSeconds));
        foreach (var sample in _sampler.Answer(_trainee.Model, Step, cancellationToken))
        {
            _log.Report(sample);
        }
    }

    private void Save()
    {
        if (_savedStep == Step)
        {
            return;
        }

        var checkpoint = _writer.Write($"the checkpoint of step {Step}", _trainee.CheckpointBytes, _checkpoints.Folder, WriteCheckpoint);
        _savedStep = Step;
        _sinceCheckpoint.Restart();
        _log.Report(new TrainingEvent.CheckpointSaved(Step, checkpoint.Name, checkpoint.Bytes, _bestStep == Step));
    }

    private Checkpoint WriteCheckpoint()
    {
        _log.Flush();
        var steps = _trainee.Optimizer.Steps;
        var state = new RunState
        {
            Step = Step,
            Epoch = _plan.EpochAfter(Step),
            WeightSteps = steps.All(step => step == Step) ? null : [.. steps],
            LossScale = _lossScale?.Value,
            LossScaleSteps = _lossScale?.StepsTaken ?? 0,
            EventBytes = _log.EventBytes,
            MetricBytes = _log.MetricBytes,
            HeldOutLoss = _heldOutLoss,
            BestLoss = _bestLoss,
            Best = _bestStep == Step,
            Device = _trainee.Model.Device.ToString(),
            SpecificationHash = _specificationHash,
            DatasetHash = _rows.Hash,
        };
        return _checkpoints.Save(state, folder => _trainee.Save(folder, _specification.Model));
    }

    private void StandStill(RunControl control, CancellationToken cancellationToken)
    {
        if (!control.PauseRequested)
        {
            return;
        }

        _log.Report(new TrainingEvent.Paused(Step));
        control.WaitWhilePaused(cancellationToken);
        _log.Report(new TrainingEvent.Resumed(Step));
    }
}
