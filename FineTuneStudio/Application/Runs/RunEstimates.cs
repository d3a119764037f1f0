using System.Collections.Concurrent;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Persistence;

namespace FineTuneStudio.Application.Runs;

/// <summary>What a run would take, told before it starts: computed, or measured by a rehearsal.</summary>
public sealed class RunEstimates : IDisposable
{
    /// <summary>How long an estimate waits for rows to be measured before it takes a sample of them.</summary>
    private static readonly TimeSpan MeasuringPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>Models up to so many weights are rehearsed without being asked to.</summary>
    private const long SmallModel = 50_000_000;

    private readonly RunInputs _inputs;
    private readonly ITrainingEngine _engine;
    private readonly DatasetIndexes _indexes;
    private readonly DatasetLengths _lengths;
    private readonly ActiveRuns _active;
    private readonly StudioPaths _paths;
    private readonly ConcurrentDictionary<string, RehearsalResult> _rehearsals = new();
    private readonly SemaphoreSlim _stage = new(1);

    internal RunEstimates(RunInputs inputs, ITrainingEngine engine, DatasetIndexes indexes, DatasetLengths lengths, ActiveRuns active, StudioPaths paths)
    {
        (_inputs, _engine, _indexes, _lengths, _active, _paths) = (inputs, engine, indexes, lengths, active, paths);
    }

    /// <summary>Estimates a run from its rows' lengths where they are measured, else from a sample of its rows; with a rehearsal's figures where it had one.</summary>
    public Task<Result<RunPlan>> PlanAsync(RunSpecification specification, CancellationToken cancellationToken)
        => PlanAsync(specification, rehearse: false, cancellationToken);

    /// <summary>Runs two real steps on the longest batch, and plans with what they took.</summary>
    /// <param name="specification">Names of the library.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    public Task<Result<RunPlan>> RehearseAsync(RunSpecification specification, CancellationToken cancellationToken)
        => PlanAsync(specification, rehearse: true, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _stage.Dispose();

    private static Task<T> OnItsOwnThreadAsync<T>(Func<T> make, CancellationToken cancellationToken)
        => Task.Factory.StartNew(make, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>What a step's time and memory depend on; runs that differ in the rest share a rehearsal.</summary>
    private static string KeyOf(RunSpecification resolved, ModelEntity model, DatasetEntity dataset) => (resolved with
    {
        Name = $"{model.Sha256} {dataset.Sha256} {dataset.Columns}",
        Schedule = new(),
        Duration = new(),
        Evaluation = new(),
        Checkpoints = new(),
    }).ToJson();

    private async Task<Result<RunPlan>> PlanAsync(RunSpecification specification, bool rehearse, CancellationToken cancellationToken)
    {
        var (errors, model, dataset) = await _inputs.CheckAsync(specification, cancellationToken);
        if (errors.Count > 0)
        {
            return new Result<RunPlan>.Refused(errors);
        }

        try
        {
            return new Result<RunPlan>.Success(await PlanAsync(specification, model!, dataset!, rehearse, cancellationToken));
        }
        catch (UserErrorException exception)
        {
            return new Result<RunPlan>.Refused(exception.Errors);
        }
        catch (TensorMemoryException exception)
        {
            return new Result<RunPlan>.Refused([new("batch.rows", $"The rehearsal ran out of memory ({exception.Message}). Use fewer rows in a batch, a shorter context or gradient checkpointing.")]);
        }
    }

    private async Task<RunPlan> PlanAsync(RunSpecification specification, ModelEntity model, DatasetEntity dataset, bool rehearse, CancellationToken cancellationToken)
    {
        var resolved = _inputs.Resolve(specification, model, dataset);

        // Other columns than the dataset's own, or a file beside it: its index and lengths are of other rows.
        var measurement = specification.Dataset.Columns is null ? _lengths.Open(dataset, model) : null;
        if (measurement is not null)
        {
            await Task.WhenAny(measurement.Over, Task.Delay(rehearse ? Timeout.InfiniteTimeSpan : MeasuringPatience, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        var estimate = await OnItsOwnThreadAsync(() => Estimate(resolved, dataset, measurement, cancellationToken), cancellationToken);
        var isMeasured = measurement is { State: LengthState.Done };
        var key = KeyOf(resolved, model, dataset);
        if (rehearse && isMeasured && !_rehearsals.ContainsKey(key))
        {
            await RehearseAsync(key, resolved, dataset, measurement!, cancellationToken);
        }

        if (_rehearsals.TryGetValue(key, out var measured))
        {
            estimate = Rehearsal.Refine(estimate, resolved, measured);
        }

        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return new RunPlan(
            estimate, memory, new DriveInfo(_paths.Runs).AvailableFreeSpace, _engine.FindFit(resolved, estimate, memory),
            CanRehearse: isMeasured && !_active.Any, IsSmall: estimate.ModelParameters <= SmallModel);
    }

    private RunEstimate Estimate(RunSpecification resolved, DatasetEntity dataset, LengthMeasurement? measurement, CancellationToken cancellationToken)
    {
        if (measurement is null)
        {
            return _engine.Estimate(resolved, null, cancellationToken);
        }

        using var lease = _indexes.Open(dataset, cancellationToken);
        return _engine.Estimate(resolved, new MeasuredRows(lease.Index, measurement.Lengths), cancellationToken);
    }

    /// <summary>One rehearsal at a time: it measures the machine.</summary>
    private async Task RehearseAsync(string key, RunSpecification resolved, DatasetEntity dataset, LengthMeasurement measurement, CancellationToken cancellationToken)
    {
        await _stage.WaitAsync(cancellationToken);
        try
        {
            _rehearsals[key] = await OnItsOwnThreadAsync(
                () =>
                {
                    using var lease = _indexes.Open(dataset, cancellationToken);
                    return _engine.Rehearse(resolved, new MeasuredRows(lease.Index, measurement.Lengths), cancellationToken);
                },
                cancellationToken);
        }
        finally
        {
            _stage.Release();
        }
    }
}
