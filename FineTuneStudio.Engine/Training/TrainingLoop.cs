using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Checkpoints;
using FineTuneStudio.Engine.Training.Optimizers;

namespace FineTuneStudio.Engine.Training;

/// <summary>The steps of a run, one after another: learn, tell, evaluate, save.</summary>
internal sealed class TrainingLoop
{
    private const int MostStepsBetweenCheckpoints = 100;
    private const int EvaluationsPerRun = 10;
    private static readonly TimeSpan MostTimeBetweenCheckpoints = TimeSpan.FromMinutes(5);

    private readonly RunSpecification _specification;
    private readonly IObjective _objective;
    private readonly Trainee _trainee;
    private readonly LossScale? _lossScale;
    private readonly CheckpointStore _checkpoints;
    private readonly RunLog _log;
    private readonly PatientWriter _writer;
    private readonly ActivityReport _activity;
    private readonly string _specificationHash;
    private readonly Stopwatch _sinceCheckpoint = Stopwatch.StartNew();
    private HeldOutScore _best;
    private int _bestStep = -1;
    private int _savedStep = -1;
    private bool _isCheckpointDue;

    public TrainingLoop(
        RunSpecification specification, string specificationHash, IObjective objective, Trainee trainee, LossScale? lossScale, CheckpointStore checkpoints, RunLog log,
        PatientWriter writer, ActivityReport activity)
    {
        _specification = specification;
        _specificationHash = specificationHash;
        _objective = objective;
        _trainee = trainee;
        _lossScale = lossScale;
        _checkpoints = checkpoints;
        _log = log;
        _writer = writer;
        _activity = activity;
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int TotalSteps => _objective.TotalSteps;

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>Last held-out score.</summary>
    public HeldOutScore HeldOut { get; private set; }

    /// <summary>Goes on from a checkpoint.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        var state = checkpoint.Manifest.State;
        Step = _savedStep = state.Step;
        (HeldOut, _best) = (new HeldOutScore(state.HeldOutLoss, state.HeldOutReward), new HeldOutScore(state.BestLoss, state.BestReward));
        _trainee.Restore(checkpoint.Folder, state.WeightSteps ?? [.. Enumerable.Repeat((long)state.Step, _trainee.Parameters.Count)]);
        _objective.Restore(state);

        if (state.LossScale is { } scale)
        {
            _lossScale?.Restore(scale, state.LossScaleSteps);
        }

        // The log was cut back to what the checkpoint knows of it, which is all but the line about itself.
        _log.Report(new TrainingEvent.CheckpointSaved(Step, checkpoint.Name, checkpoint.Bytes, state.Best));
    }

    /// <summary>The last event of the run.</summary>
    public TrainingEvent.Ended Ended(EndReason reason, string message = "") => new(Step, reason, message, HeldOut.Loss) { HeldOutReward = HeldOut.Reward };

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

            // What is due waits until the state is whole.
            _isCheckpointDue |= IsCheckpointDue(isEvaluated) || control.StopRequested || control.PauseRequested;
            if (!_objective.IsWholeAfter(Step) && Step < TotalSteps)
            {
                continue;
            }

            if (_isCheckpointDue)
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
        _log.Report(_objective.Describe(Step) with { Device = Devices.Describe(_trainee.Model.Device) });
        if (Step == 0)
        {
            _log.Report(new TrainingEvent.Logged(Step, LogSeverity.Information, _trainee.Description));
        }

        foreach (var warning in Step == 0 ? _objective.Warnings : [])
        {
            _log.Report(new TrainingEvent.Logged(Step, LogSeverity.Warning, warning));
        }
    }

    // On any failure the weights are still those of before.
    private void Learn(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        Devices.ResetPeak(_trainee.Model.Device);
        var (told, end) = _objective.Learn(Step, cancellationToken);
        _writer.Step = _activity.Step = ++Step;
        var notes = _objective.Record(Step);
        _log.Report(told with { Seconds = clock.Elapsed.TotalSeconds, ResidentBytes = Environment.WorkingSet, DevicePeakBytes = Devices.MemoryOf(_trainee.Model.Device)?.Peak });
        foreach (var note in notes)
        {
            _log.Report(note);
        }

        if (end == StepEnd.LeftOut)
        {
            _log.Report(new TrainingEvent.Logged(Step, LogSeverity.Information, $"The gradients of step {Step} overflowed fp16; it is left out, and the loss scale is {_lossScale!.Value:G6} now."));
        }
    }

    private bool IsDue(int everySteps) => Step == TotalSteps || (everySteps > 0 && Step % everySteps == 0);

    private bool IsCheckpointDue(bool isEvaluated)
        => _specification.Checkpoints.EverySteps is { } every
            ? IsDue(every)
            : isEvaluated || IsDue(MostStepsBetweenCheckpoints) || _sinceCheckpoint.Elapsed > MostTimeBetweenCheckpoints;

    private void Evaluate(CancellationToken cancellationToken)
    {
        if (!_objective.HasHeldOut)
        {
            return;
        }

        (HeldOut, var events) = _objective.Evaluate(Step, cancellationToken);
        if (HeldOut.IsBetterThan(_best))
        {
            (_best, _bestStep) = (HeldOut, Step);
        }

        foreach (var told in events)
        {
            _log.Report(told);
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
        _isCheckpointDue = false;
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
            Epoch = _objective.EpochAfter(Step),
            WeightSteps = steps.All(step => step == Step) ? null : [.. steps],
            LossScale = _lossScale?.Value,
            LossScaleSteps = _lossScale?.StepsTaken ?? 0,
            EventBytes = _log.EventBytes,
            MetricBytes = _log.MetricBytes,
            HeldOutLoss = HeldOut.Loss,
            BestLoss = _best.Loss,
            HeldOutReward = HeldOut.Reward,
            BestReward = _best.Reward,
            Best = _bestStep == Step,
            Device = _trainee.Model.Device.ToString(),
            SpecificationHash = _specificationHash,
            DatasetHash = "",
        };
        return _checkpoints.Save(_objective.Add(state), folder => _trainee.Save(folder, _specification.Model));
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
