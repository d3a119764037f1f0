using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Opens datasets for looking into, and rows as a model will see them, by the renderer that training uses.</summary>
public sealed class DatasetBrowser
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly DatasetIndexes _indexes;
    private readonly ModelRenderers _renderers;

    internal DatasetBrowser(IDbContextFactory<StudioDatabase> databases, DatasetIndexes indexes, ModelRenderers renderers)
    {
        (_databases, _indexes, _renderers) = (databases, indexes, renderers);
    }

    /// <summary>Opens a checked dataset.</summary>
    public async Task<Result<OpenDataset>> OpenAsync(Guid datasetId, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var dataset = await database.Datasets.AsNoTracking().SingleAsync(entity => entity.Id == datasetId, cancellationToken);
        return await MadeAsync(() => new OpenDataset(_indexes.Open(dataset, cancellationToken)), cancellationToken);
    }

    /// <summary>One row through one model.</summary>
    /// <param name="dataset">Where it is from.</param>
    /// <param name="number">Number among all rows, from 0.</param>
    /// <param name="model">Name of a model in the library.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<Result<RowView>> ShowAsync(OpenDataset dataset, int number, string model, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var library = await database.Models.AsNoTracking().SingleAsync(entity => entity.Name == model, cancellationToken);
        return await MadeAsync(() => dataset.Show(number, _renderers.Of(library)), cancellationToken);
    }

    private static async Task<Result<T>> MadeAsync<T>(Func<T> make, CancellationToken cancellationToken)
    {
        try
        {
            return new Result<T>.Success(await Task.Run(make, cancellationToken));
        }
        catch (UserErrorException exception)
        {
            return new Result<T>.Refused(exception.Errors);
        }
    }
}
