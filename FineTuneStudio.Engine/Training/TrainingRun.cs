using System.Security.Cryptography;
using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Grading.Judging;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;
using FineTuneStudio.Engine.Training.Checkpoints;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Engine.Training.Optimizers;

namespace FineTuneStudio.Engine.Training;

/// <summary>A whole training run: from a specification to an adapter in the run's folder. Owns the calling thread until it ends.</summary>
/// <remarks>
/// The folder holds <c>spec.json</c>, <c>events.jsonl</c> (every <see cref="TrainingEvent"/>), <c>metrics.jsonl</c> (a line for each step),
/// <c>rows.bin</c> (the rows of each step with their losses) or <c>rollouts.jsonl</c> (the answers of each step with their grades), <c>checkpoints/step-XXXXXXXX/</c> and, at the end, <c>adapter/</c> in PEFT layout (or <c>model/</c> where every weight was trained).
/// Killed at any moment, the run goes on from its newest whole checkpoint when it is called again with the same folder, to the same bits
/// (same machine type, same library versions, same number of threads).
/// </remarks>
public static class TrainingRun
{
    /// <summary>Runs to the end, or until it is stopped; continues where the folder holds a checkpoint.</summary>
    /// <param name="specification">Everything that decides the run; model and dataset are paths.</param>
    /// <param name="runFolder">The run's own folder; made where it is missing.</param>
    /// <param name="control">A person's hand: pause, resume, stop and keep.</param>
    /// <param name="report">Receives every event, on this thread, after it is in <c>events.jsonl</c>, and what the run is busy with between them.</param>
    /// <param name="cancellationToken">Ends the run as <see cref="EndReason.Cancelled"/>, between micro-batches; checkpoints stay.</param>
    /// <param name="judge">Answers for graders that ask a model; without one they give errors, not scores.</param>
    /// <returns>The last event. A run that cannot go on ends as <see cref="EndReason.Failed"/> with a message; it does not throw.</returns>
    /// <remarks>A full disk ends no run: it is told as <see cref="TrainingEvent.Paused"/> with a message, and the run goes on when it is resumed.</remarks>
    /// <exception cref="UserErrorException">The run cannot start: impossible options, no such model or dataset, nothing to learn.</exception>
    public static TrainingEvent.Ended Run(
        RunSpecification specification, string runFolder, RunControl control, Action<TrainingEvent> report, CancellationToken cancellationToken, IJudge? judge = null)
    {
        UserErrorException.ThrowIfAny(specification.Validate());
        var device = Devices.Resolve(specification.Device);
        TorchRuntime.Threads = control.Threads;
        var hash = HashOf(specification);
        var store = new CheckpointStore(Path.Combine(runFolder, RunFolder.Checkpoints), specification.Checkpoints.Keep);
        var checkpoint = store.FindNewest();
        RefuseAnother(checkpoint, "spec.json", state => state.SpecificationHash == hash || StoredHash(runFolder) == hash, runFolder);

        var activity = new ActivityReport(report) { Step = checkpoint?.Manifest.State.Step ?? 0 };
        activity.Begin(RunActivity.RenderingRows);
        var renderer = Renderer.Load(specification.Model);
        using var material = TrainingMaterial.Load(specification, renderer, judge, activity, cancellationToken);
        RefuseAnother(checkpoint, "dataset", state => state.DatasetHash == material.Hash, runFolder);
        activity.Begin(RunActivity.LoadingModel, SafetensorsFolder.Open(specification.Model).Bytes);
        using var trainee = Load(specification, device, begins: checkpoint is null);
        RefuseForeignTokens(material.LargestToken, trainee.Model.Config.VocabularySize, specification.Model);
        var writer = new PatientWriter(control, report, cancellationToken) { Step = activity.Step };
        using var log = Open(specification, runFolder, checkpoint?.Manifest.State, writer, report);
        var lossScale = specification.Precision == Precision.Fp16 ? new LossScale() : null;
        using var objective = material.Objective(trainee, lossScale, runFolder, checkpoint?.Manifest.State, writer);
        var loop = new TrainingLoop(specification, hash, objective, trainee, lossScale, store, log, writer, activity);
        return Guarded(loop, log, device, () =>
        {
            if (checkpoint is not null)
            {
                loop.Restore(checkpoint);
            }

            foreach (var damaged in store.Damaged)
            {
                log.Report(new TrainingEvent.Logged(loop.Step, LogSeverity.Warning, damaged));
            }

            if (checkpoint?.Manifest.State.Device is { Length: > 0 } before && before != device.ToString())
            {
                log.Report(new TrainingEvent.Logged(
                    loop.Step, LogSeverity.Warning, $"The run goes on on {device}; up to step {loop.Step} it was on {before}. Figures go on as they were, to rounding, not to the same bits."));
            }

            var isDone = loop.Run(control, cancellationToken);
            var provenance = Provenance.Of(specification, loop.Step, loop.TotalSteps, loop.HeldOut, cancellationToken);
            writer.Write("what was learnt", trainee.ExportBytes, runFolder, () => trainee.Export(runFolder, specification.Model, provenance));
            return log.End(loop.Ended(isDone ? EndReason.Completed : EndReason.StoppedAndKept));
        });
    }

    /// <summary>What the run would take, without running it.</summary>
    /// <param name="specification">Model and dataset are paths.</param>
    /// <param name="measured">
    /// The dataset as it was measured for this model, so that counts are exact; <see langword="null"/> renders the dataset, and of a large
    /// one a sample of its rows.
    /// </param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken)
        => Estimate(specification, measured, new ModelShapes(), cancellationToken);

    /// <summary>The same for one who asks again and again.</summary>
    /// <param name="specification">Model and dataset are paths.</param>
    /// <param name="measured">The dataset as it was measured for this model, where it was.</param>
    /// <param name="shapes">Remembers what was read of models.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunEstimate Estimate(RunSpecification specification, MeasuredRows? measured, ModelShapes shapes, CancellationToken cancellationToken)
        => RunEstimator.Estimate(specification, measured, shapes, cancellationToken);

    /// <summary>Options that fit the dataset and the model. Renders the rows where they are not measured; of a large dataset, a sample.</summary>
    /// <param name="specification">Model and dataset as paths; whether an adapter learns.</param>
    /// <param name="measured">The dataset, where it is open already.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunSuggestion Suggest(RunSpecification specification, MeasuredRows? measured, CancellationToken cancellationToken)
        => Suggest(specification, measured, new ModelShapes(), cancellationToken);

    /// <summary>The same for one who asks again and again.</summary>
    /// <param name="specification">Model and dataset as paths; whether an adapter learns.</param>
    /// <param name="measured">The dataset, where it is open already.</param>
    /// <param name="shapes">Remembers what was read of models.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="UserErrorException">The run could not start.</exception>
    public static RunSuggestion Suggest(RunSpecification specification, MeasuredRows? measured, ModelShapes shapes, CancellationToken cancellationToken)
        => RunAdvisor.Suggest(RunEstimator.Facts(specification, measured, shapes, cancellationToken));

    private static Trainee Load(RunSpecification specification, Device device, bool begins)
    {
        try
        {
            return Trainee.Load(specification, device, begins);
        }
        catch (TensorMemoryException exception)
        {
            throw new UserErrorException(
                "model", $"The model does not fit into {MemoryOf(device)} ({exception.Message}). Use bf16, a smaller model, or another device; other programs may hold memory too.");
        }
    }

    private static string MemoryOf(Device device) => device.IsCpu ? "memory" : $"the memory of {device}";

    // Everything that can end a run early, each with what a person can do about it.
    private static TrainingEvent.Ended Guarded(TrainingLoop loop, RunLog log, Device device, Func<TrainingEvent.Ended> run)
    {
        TrainingEvent.Ended Fail(string message)
        {
            return log.Break(loop.Ended(EndReason.Failed, message));
        }

        try
        {
            return run();
        }
        catch (OperationCanceledException)
        {
            return log.Break(loop.Ended(EndReason.Cancelled));
        }
        catch (NonFiniteLossException exception)
        {
            return Fail(exception.Message);
        }
        catch (TensorMemoryException exception)
        {
            TorchRuntime.TrimMemory();
            return Fail($"There is no more of {MemoryOf(device)} ({exception.Message}). Use fewer rows in a batch (and more accumulation), a shorter context or gradient checkpointing.");
        }
        catch (UserErrorException exception)
        {
            return Fail(exception.Message);
        }
        catch (Exception exception)
        {
            _ = Fail($"A defect ended the run: {exception.Message}");
            throw;
        }
    }

    // The first thing in the folder is the specification: a folder without one holds no run.
    private static RunLog Open(RunSpecification specification, string runFolder, RunState? state, PatientWriter writer, Action<TrainingEvent> report)
    {
        var text = specification.ToJson();
        writer.Write("the run's specification", text.Length, runFolder, () => DurableFile.WriteAllText(Path.Combine(runFolder, RunFolder.Specification), text));
        return writer.Write("the run's log", 0, runFolder, () => new RunLog(runFolder, state?.EventBytes ?? 0, state?.MetricBytes ?? 0, writer, report));
    }

    private static string HashOf(RunSpecification specification)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes((specification with { Name = "", Device = OptionCatalog.Device.Default }).ToJson())));

    // A specification of an earlier version lacks the options that were added since; read by this one, it may say the same.
    private static string? StoredHash(string runFolder)
    {
        try
        {
            var path = Path.Combine(runFolder, RunFolder.Specification);
            return HashOf(RunSpecification.Parse(File.ReadAllText(path), path));
        }
        catch (Exception exception) when (exception is IOException or UserErrorException)
        {
            return null;
        }
    }

    private static void RefuseAnother(Checkpoint? checkpoint, string what, Func<RunState, bool> isSame, string runFolder)
    {
        if (checkpoint is not null && !isSame(checkpoint.Manifest.State))
        {
            throw new UserErrorException(
                runFolder, $"The folder holds a run with another {what}; going on with this one would mix the two. Give the old one back, or choose another folder.");
        }
    }

    private static void RefuseForeignTokens(int largest, int vocabulary, string model)
    {
        if (largest >= vocabulary)
        {
            throw new UserErrorException(model, $"The tokenizer makes token {largest}, but the model knows only {vocabulary} tokens. Do tokenizer.json and the weights belong together?");
        }
    }
}
