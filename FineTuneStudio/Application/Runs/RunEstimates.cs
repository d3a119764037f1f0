using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training.Estimation;
using FineTuneStudio.Persistence;

namespace FineTuneStudio.Application.Runs;

/// <summary>What a run would take, told before it starts.</summary>
public sealed class RunEstimates
{
    /// <summary>How long an estimate waits for rows to be measured before it takes a sample of them.</summary>
    private static readonly TimeSpan MeasuringPatience = TimeSpan.FromMilliseconds(500);

    private readonly RunInputs _inputs;
    private readonly ITrainingEngine _engine;
    private readonly DatasetIndexes _indexes;
    private readonly DatasetLengths _lengths;

    internal RunEstimates(RunInputs inputs, ITrainingEngine engine, DatasetIndexes indexes, DatasetLengths lengths)
    {
        (_inputs, _engine, _indexes, _lengths) = (inputs, engine, indexes, lengths);
    }

    /// <summary>Estimates a run from its rows' lengths where they are measured, else from a sample of its rows.</summary>
    public async Task<Result<RunEstimate>> EstimateAsync(RunSpecification specification, CancellationToken cancellationToken)
    {
        var (errors, model, dataset) = await _inputs.CheckAsync(specification, cancellationToken);
        if (errors.Count > 0)
        {
            return new Result<RunEstimate>.Refused(errors);
        }

        try
        {
            return new Result<RunEstimate>.Success(await EstimateAsync(specification, model!, dataset!, cancellationToken));
        }
        catch (UserErrorException exception)
        {
            return new Result<RunEstimate>.Refused(exception.Errors);
        }
    }

    private async Task<RunEstimate> EstimateAsync(RunSpecification specification, ModelEntity model, DatasetEntity dataset, CancellationToken cancellationToken)
    {
        var resolved = _inputs.Resolve(specification, model, dataset);
        if (specification.Dataset.Columns is not null)
        {
            // Other columns than the dataset's own: its index and lengths are of other rows.
            return await OnItsOwnThreadAsync(() => _engine.Estimate(resolved, null, cancellationToken), cancellationToken);
        }

        var measurement = _lengths.Open(dataset, model);
        await Task.WhenAny(measurement.Over, Task.Delay(MeasuringPatience, cancellationToken));
        return await OnItsOwnThreadAsync(
            () =>
            {
                using var lease = _indexes.Open(dataset, cancellationToken);
                return _engine.Estimate(resolved, new MeasuredRows(lease.Index, measurement.Lengths), cancellationToken);
            },
            cancellationToken);
    }

    private static Task<T> OnItsOwnThreadAsync<T>(Func<T> make, CancellationToken cancellationToken)
        => Task.Factory.StartNew(make, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
