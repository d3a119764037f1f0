using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Graders;

/// <summary>Opens datasets as rows of prompts, and graders with the judge of the settings: what trials need.</summary>
internal sealed class TrialDatasets(IDbContextFactory<StudioDatabase> databases, DatasetIndexes indexes, IConfiguration configuration)
{
    /// <summary>Does something with the rows of a checked dataset and some graders, off the caller's thread.</summary>
    /// <param name="dataset">Its name.</param>
    /// <param name="graders">As JSON.</param>
    /// <param name="use">Gets the rows and the graders; both are closed after it.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    public async Task<Result<T>> UseAsync<T>(string dataset, IReadOnlyList<string> graders, Func<DatasetIndex, IReadOnlyList<Grader>, T> use, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var entity = await database.Datasets.AsNoTracking().Where(row => row.Name == dataset && row.State == DatasetState.Checked)
            .OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        if (entity is null)
        {
            return new Result<T>.Refused([new("dataset.path", $"No checked dataset is called '{dataset}'.")]);
        }

        try
        {
            return new Result<T>.Success(await Task.Run(() => Use(entity, graders, use, cancellationToken), cancellationToken));
        }
        catch (UserErrorException exception)
        {
            return new Result<T>.Refused(exception.Errors);
        }
    }

    private T Use<T>(DatasetEntity dataset, IReadOnlyList<string> graders, Func<DatasetIndex, IReadOnlyList<Grader>, T> use, CancellationToken cancellationToken)
    {
        using var judge = StudioJudge.Create(configuration);
        var opened = new List<Grader>();
        try
        {
            opened.AddRange(graders.Select(json => Grader.Parse(json, "grader", judge)));

            // Rows of a reinforcement run are prompts, with or without an answer, whatever the dataset is meant for.
            using var index = indexes.OpenAs(dataset, TrainingMethod.Rft, cancellationToken);
            return use(index, opened);
        }
        finally
        {
            opened.ForEach(grader => grader.Dispose());
        }
    }
}
