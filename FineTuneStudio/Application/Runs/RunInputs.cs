using System.Text.Json;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Runs;

/// <summary>Turns the names in a specification into the files they stand for.</summary>
internal sealed class RunInputs(IDbContextFactory<StudioDatabase> databases, StudioPaths paths)
{
    /// <summary>A stored run's specification with paths in place of names.</summary>
    /// <exception cref="UserErrorException">Its model or dataset was deleted.</exception>
    public RunSpecification Resolve(Guid runId)
    {
        using var database = databases.CreateDbContext();
        var run = database.Runs.AsNoTracking().Single(row => row.Id == runId);
        var specification = RunSpecification.Parse(run.Specification, "the run's specification");
        var dataset = run.DatasetId is { } datasetId ? database.Datasets.AsNoTracking().SingleOrDefault(row => row.Id == datasetId) : null;
        var model = run.ModelId is { } modelId ? database.Models.AsNoTracking().SingleOrDefault(row => row.Id == modelId) : null;
        var resolved = Resolve(
            specification,
            model ?? throw new UserErrorException("model", $"The model '{specification.Model}' is no longer in the library. Import it again and start the run anew."),
            dataset ?? throw new UserErrorException("dataset.path", $"The dataset '{specification.Dataset.Path}' was deleted. Upload it again and start the run anew."));
        return resolved.InitialAdapter is null ? resolved : resolved with { InitialAdapter = paths.InitialAdapter(runId) };
    }

    /// <summary>A specification with paths in place of names.</summary>
    public RunSpecification Resolve(RunSpecification specification, ModelEntity model, DatasetEntity dataset) => specification with
    {
        Model = model.Folder,
        InitialAdapter = CheckpointReference.TryParse(specification.InitialAdapter, out var checkpoint) ? checkpoint.AdapterFolder(paths) : specification.InitialAdapter,
        Dataset = specification.Dataset with
        {
            Path = paths.DatasetFile(dataset.Id, dataset.Extension),
            Columns = specification.Dataset.Columns
                ?? (dataset.Columns is { } columns ? JsonSerializer.Deserialize<ColumnMapping>(columns, RunSpecification.JsonOptions) : null),
        },
    };

    /// <summary>Every fault of a specification, and what its names stand for.</summary>
    public async Task<(List<UserError> Errors, ModelEntity? Model, DatasetEntity? Dataset)> CheckAsync(
        RunSpecification specification, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var model = await database.Models.AsNoTracking().SingleOrDefaultAsync(model => model.Name == specification.Model, cancellationToken);
        var dataset = await database.Datasets.AsNoTracking()
            .Where(dataset => dataset.Name == specification.Dataset.Path && dataset.State == DatasetState.Checked)
            .OrderByDescending(dataset => dataset.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        var errors = specification.Validate().ToList();
        if (model is null && specification.Model.Length > 0)
        {
            errors.Add(new("model", $"No model in the library is called '{specification.Model}'. Choose one of the list, or import it first."));
        }

        if (dataset is null && specification.Dataset.Path.Length > 0)
        {
            errors.Add(new("dataset.path", $"No checked dataset is called '{specification.Dataset.Path}'. Choose one of the list, or upload it first."));
        }

        if (dataset is not null && DatasetChecks.MethodOf(dataset) == TrainingMethod.Rft && specification.Method == TrainingMethod.Sft)
        {
            errors.Add(new("dataset.path", $"'{dataset.Name}' holds prompts, without answers to learn from. Train on it by reinforcement (method rft), or choose a dataset with answers; if its rows do have them, say so on the dataset's page."));
        }

        if (specification.Reinforcement is { } reinforcement)
        {
            errors.AddRange(GraderText.Faults(reinforcement.Grader.Json).Select(fault => fault with { Field = fault.Field.Length == 0 ? "reinforcement.grader" : $"reinforcement.grader.{fault.Field}" }));
        }

        if (specification.InitialAdapter is { } initial && !(CheckpointReference.TryParse(initial, out var checkpoint) && Directory.Exists(checkpoint.AdapterFolder(paths))))
        {
            errors.Add(new("initialAdapter", $"There is no checkpoint '{initial}' to begin with: name one that is still on disk as RUN@STEP, or leave it out."));
        }

        return (errors, model, dataset);
    }
}
