using System.Collections.Concurrent;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering.Lengths;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Lengths in tokens of every row of a dataset for a model: measured in the background once, kept on disk, shared by all who look.</summary>
public sealed class DatasetLengths : IDisposable
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly DatasetIndexes _indexes;
    private readonly ModelRenderers _renderers;
    private readonly StudioPaths _paths;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<(Guid Dataset, Guid Model, string Version), LengthMeasurement> _measurements = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closed = new();

    internal DatasetLengths(
        IDbContextFactory<StudioDatabase> databases, DatasetIndexes indexes, ModelRenderers renderers, StudioPaths paths, ILogger<DatasetLengths> log)
    {
        (_databases, _indexes, _renderers, _paths, _log) = (databases, indexes, renderers, paths, log);
    }

    /// <summary>The lengths of a dataset; the first call begins to measure them.</summary>
    /// <param name="datasetId">A checked dataset.</param>
    /// <param name="model">Name of a model in the library.</param>
    /// <param name="cancellationToken">Stops looking them up, not measuring.</param>
    /// <returns><see langword="null"/> where there is no such dataset or model.</returns>
    public async Task<LengthMeasurement?> OpenAsync(Guid datasetId, string model, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var dataset = await database.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Id == datasetId, cancellationToken);
        var library = await database.Models.AsNoTracking().SingleOrDefaultAsync(row => row.Name == model, cancellationToken);
        return dataset is null || library is null ? null : Open(dataset, library);
    }

    internal LengthMeasurement Open(DatasetEntity dataset, ModelEntity model)
    {
        var key = (dataset.Id, model.Id, $"{model.Sha256} {dataset.Method} {dataset.Columns}");
        if (_measurements.TryGetValue(key, out var known))
        {
            return known;
        }

        var begun = new LengthMeasurement(dataset.Id, model.Id, measurement => _ = MeasureAsync(measurement, dataset, model));
        var kept = _measurements.GetOrAdd(key, begun);
        if (kept == begun)
        {
            _ = MeasureAsync(begun, dataset, model);
        }

        return kept;
    }

    /// <summary>Stops measuring a dataset that changes or is deleted, and forgets what was measured.</summary>
    internal void Forget(Guid dataset)
    {
        foreach (var (key, measurement) in _measurements.Where(entry => entry.Key.Dataset == dataset))
        {
            measurement.Stop();
            _measurements.TryRemove(key, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _turn.Dispose();
    }

    /// <summary>One dataset at a time, on half of the processors, so that runs and pages stay quick.</summary>
    private async Task MeasureAsync(LengthMeasurement measurement, DatasetEntity dataset, ModelEntity model)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(measurement.Stopping, _closed.Token);
        try
        {
            await _turn.WaitAsync(stopping.Token);
            try
            {
                await Task.Factory.StartNew(() => Measure(measurement, dataset, model, stopping.Token), stopping.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            finally
            {
                _turn.Release();
            }

            measurement.End(LengthState.Done);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            measurement.End(LengthState.Stopped);
        }
        catch (ObjectDisposedException) when (_closed.IsCancellationRequested)
        {
            measurement.End(LengthState.Stopped);
        }
        catch (UserErrorException exception)
        {
            measurement.End(LengthState.Failed, exception.Message);
        }
#pragma warning disable CA1031 // A defect here must not end the studio; it is logged with its stack and shown on the page.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _log.LogError(exception, "Measuring dataset {Dataset} failed", measurement.Dataset);
            measurement.End(LengthState.Failed, $"The rows could not be measured: {exception.Message}");
        }
    }

    private void Measure(LengthMeasurement measurement, DatasetEntity dataset, ModelEntity model, CancellationToken stopping)
    {
        using var lease = _indexes.Open(dataset, stopping);
        _ = TokenLengthMeter.Measure(
            lease.Index, _renderers.Of(model), _paths.DatasetLengths(dataset.Id, model.Id), model.Sha256, Math.Max(1, Environment.ProcessorCount / 2),
            measurement.Grow, stopping);
    }
}
