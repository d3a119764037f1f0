using System.Collections.Concurrent;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Engine.Training.Reinforcement;
using FineTuneStudio.Persistence;

namespace FineTuneStudio.Application.Runs;

/// <summary>What a run would take, computed or measured by a rehearsal, and which options fit: told before it starts.</summary>
public sealed class RunEstimates : IDisposable
{
    /// <summary>How long an estimate waits for rows to be measured before it takes a sample of them.</summary>
    private static readonly TimeSpan MeasuringPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>Models up to so many weights are rehearsed without being asked to.</summary>
    private const long SmallModel = 50_000_000;

    /// <summary>Forecasts that are kept: each holds some hundred answers.</summary>
    private const int KeptForecasts = 16;

    private readonly RunInputs _inputs;
    private readonly ITrainingEngine _engine;
    private readonly DatasetIndexes _indexes;
    private readonly DatasetLengths _lengths;
    private readonly ActiveRuns _active;
    private readonly StudioPaths _paths;
    private readonly ConcurrentDictionary<string, RehearsalResult> _rehearsals = new();
    private readonly ConcurrentQueue<RunForecast> _forecasts = new();
    private readonly SemaphoreSlim _stage = new(1);

    internal RunEstimates(RunInputs inputs, ITrainingEngine engine, DatasetIndexes indexes, DatasetLengths lengths, ActiveRuns active, StudioPaths paths)
    {
        (_inputs, _engine, _indexes, _lengths, _active, _paths) = (inputs, engine, indexes, lengths, active, paths);
    }

    /// <summary>Estimates a run from its rows' lengths where they are measured, else from a sample of its rows; with a rehearsal's figures where it had one.</summary>
    public Task<Result<RunPlan>> PlanAsync(RunSpecification specification, CancellationToken cancellationToken)
        => AskAsync(specification, (model, dataset) => PlanAsync(specification, model, dataset, rehearse: false, cancellationToken), cancellationToken);

    /// <summary>Runs two real steps on the longest batch, and plans with what they took.</summary>
    /// <param name="specification">Names of the library.</param>
    /// <param name="cancellationToken">Ends it between steps.</param>
    public Task<Result<RunPlan>> RehearseAsync(RunSpecification specification, CancellationToken cancellationToken)
        => AskAsync(specification, (model, dataset) => PlanAsync(specification, model, dataset, rehearse: true, cancellationToken), cancellationToken);

    /// <summary>Takes the first step of a reinforcement run on some of its prompts, and says whether there is something to learn from.</summary>
    /// <param name="specification">Names of the library.</param>
    /// <param name="cancellationToken">Ends it between tokens.</param>
    public Task<Result<RunForecast>> ForecastAsync(RunSpecification specification, CancellationToken cancellationToken)
        => AskAsync(specification, (model, dataset) => ForecastAsync(specification, model, dataset, cancellationToken), cancellationToken);

    /// <summary>The newest forecast since the studio started that tells of such a run; <see langword="null"/> for none.</summary>
    public RunForecast? FindForecast(RunSpecification specification) => _forecasts.LastOrDefault(forecast => forecast.TellsOf(specification));

    /// <summary>Options that fit the rows and the model, from the same figures.</summary>
    public Task<Result<RunSuggestion>> SuggestAsync(RunSpecification specification, CancellationToken cancellationToken)
        => AskAsync(specification, (model, dataset) => SuggestAsync(specification, model, dataset, cancellationToken), cancellationToken);

    /// <summary>What the adapter that a run begins with decides: rank, scale, magnitudes and linears; <see langword="null"/> where it begins anew, or with what cannot be read.</summary>
    public Task<LoraOptions?> FindShapeAsync(RunSpecification specification, CancellationToken cancellationToken) => _inputs.FindShapeAsync(specification, cancellationToken);

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

    private async Task<Result<T>> AskAsync<T>(RunSpecification specification, Func<ModelEntity, DatasetEntity, Task<T>> ask, CancellationToken cancellationToken)
    {
        var (errors, model, dataset) = await _inputs.CheckAsync(specification, cancellationToken);
        if (errors.Count > 0)
        {
            return new Result<T>.Refused(errors);
        }

        try
        {
            return new Result<T>.Success(await ask(model!, dataset!));
        }
        catch (UserErrorException exception)
        {
            return new Result<T>.Refused(exception.Errors);
        }
        catch (TensorMemoryException exception)
        {
            return new Result<T>.Refused([new("batch.rows", $"The trial ran out of memory ({exception.Message}). Use fewer rows in a batch, a shorter context or gradient checkpointing.")]);
        }
    }

    private async Task<RunPlan> PlanAsync(RunSpecification specification, ModelEntity model, DatasetEntity dataset, bool rehearse, CancellationToken cancellationToken)
    {
        var resolved = _inputs.Resolve(specification, model, dataset);

        var measurement = await MeasureAsync(specification, model, dataset, rehearse ? Timeout.InfiniteTimeSpan : MeasuringPatience, cancellationToken);
        var estimate = await ReadAsync(_engine.Estimate, resolved, dataset, measurement, cancellationToken);
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
            CanRehearse: isMeasured && specification.Method == TrainingMethod.Sft && !_active.Any, IsSmall: estimate.ModelParameters <= SmallModel);
    }

    private async Task<RunForecast> ForecastAsync(RunSpecification specification, ModelEntity model, DatasetEntity dataset, CancellationToken cancellationToken)
    {
        await _stage.WaitAsync(cancellationToken);
        try
        {
            var found = await OnItsOwnThreadAsync(() => _engine.Forecast(_inputs.Resolve(specification, model, dataset), Forecast.DefaultPrompts, cancellationToken), cancellationToken);
            var forecast = new RunForecast(specification, found);
            _forecasts.Enqueue(forecast);
            while (_forecasts.Count > KeptForecasts)
            {
                _forecasts.TryDequeue(out _);
            }

            return forecast;
        }
        finally
        {
            _stage.Release();
        }
    }

    private async Task<RunSuggestion> SuggestAsync(RunSpecification specification, ModelEntity model, DatasetEntity dataset, CancellationToken cancellationToken)
    {
        var measurement = await MeasureAsync(specification, model, dataset, MeasuringPatience, cancellationToken);
        return await ReadAsync(_engine.Suggest, _inputs.Resolve(specification, model, dataset), dataset, measurement, cancellationToken);
    }

    /// <summary>
    /// The measurement of a dataset's rows, waited for; none for other columns than its own, or for another method than it is meant for, whose index and
    /// lengths are of other rows.
    /// </summary>
    private async Task<LengthMeasurement?> MeasureAsync(
        RunSpecification specification, ModelEntity model, DatasetEntity dataset, TimeSpan patience, CancellationToken cancellationToken)
    {
        var measurement = specification.Dataset.Columns is null && specification.Method == DatasetChecks.MethodOf(dataset) ? _lengths.Open(dataset, model) : null;
        if (measurement is not null)
        {
            await Task.WhenAny(measurement.Over, Task.Delay(patience, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return measurement;
    }

    private Task<T> ReadAsync<T>(
        Func<RunSpecification, MeasuredRows?, CancellationToken, T> read, RunSpecification resolved, DatasetEntity dataset, LengthMeasurement? measurement,
        CancellationToken cancellationToken) => OnItsOwnThreadAsync(
        () =>
        {
            if (measurement is null)
            {
                return read(resolved, null, cancellationToken);
            }

            using var lease = _indexes.Open(dataset, cancellationToken);
            return read(resolved, new MeasuredRows(lease.Index, measurement.Lengths), cancellationToken);
        },
        cancellationToken);

    /// <summary>One rehearsal at a time: it measures the machine.</summary>
    private async Task RehearseAsync(string key, RunSpecification resolved, DatasetEntity dataset, LengthMeasurement measurement, CancellationToken cancellationToken)
    {
        await _stage.WaitAsync(cancellationToken);
        try
        {
            _rehearsals[key] = await ReadAsync((run, rows, stopped) => _engine.Rehearse(run, rows!, stopped), resolved, dataset, measurement, cancellationToken);
        }
        finally
        {
            _stage.Release();
        }
    }
}
