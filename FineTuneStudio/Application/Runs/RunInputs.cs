using System.Collections.Concurrent;
using System.Text.Json;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Runs;

/// <summary>Turns the names in a specification into the files they stand for.</summary>
internal sealed class RunInputs(IDbContextFactory<StudioDatabase> databases, StudioPaths paths, IConfiguration configuration)
{
    private readonly ConcurrentDictionary<(string Adapter, string Model), AdapterDescription> _described = new();

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
        InitialAdapter = InitialAdapterFolder(specification) ?? specification.InitialAdapter,
        Dataset = specification.Dataset with
        {
            Path = paths.DatasetFile(dataset.Id, dataset.Extension),
            Columns = specification.Dataset.Columns
                ?? (dataset.Columns is { } columns ? JsonSerializer.Deserialize<ColumnMapping>(columns, RunSpecification.JsonOptions) : null),
        },
    };

    /// <summary>The folder of what a run begins with: of a checkpoint, or of an adapter of the library; <see langword="null"/> where it begins anew, or there is no such thing.</summary>
    public string? InitialAdapterFolder(RunSpecification specification)
    {
        var folder = CheckpointReference.TryParse(specification.InitialAdapter, out var checkpoint) ? checkpoint.AdapterFolder(paths)
            : Guid.TryParse(specification.InitialAdapter, out var adapter) ? AdapterFolderOf(adapter)
            : null;
        return Directory.Exists(folder) ? folder : null;
    }

    private string? AdapterFolderOf(Guid id)
    {
        using var database = databases.CreateDbContext();
        return database.Adapters.AsNoTracking().SingleOrDefault(adapter => adapter.Id == id) is { } ofRun ? paths.AdapterOfRun(ofRun.RunId)
            : database.ImportedAdapters.AsNoTracking().Any(adapter => adapter.Id == id) ? paths.Adapter(id)
            : null;
    }

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
            if (GraderText.AsksJudge(reinforcement.Grader.Json) && !StudioJudge.IsSetUp(configuration))
            {
                errors.Add(new("reinforcement.grader", "This grader asks a judge, and none is set up. Name an endpoint of chat completions in appsettings.json, section Judge, or by the variable Judge__BaseAddress (docs/graders.md), and start the studio again; or use a grader that needs none."));
            }

            errors.AddRange(GraderText.Faults(reinforcement.Grader.Json).Select(fault => fault with { Field = fault.Field.Length == 0 ? "reinforcement.grader" : $"reinforcement.grader.{fault.Field}" }));
        }

        if (specification.InitialAdapter is { } initial && InitialAdapterFolder(specification) is null)
        {
            errors.Add(new("initialAdapter", $"There is nothing called '{initial}' to begin with: name an adapter of the library by its id, or a checkpoint that is still on disk as RUN@STEP; or leave it out."));
        }
        else if (specification is { InitialAdapter: not null, Lora: { } lora } && model is not null)
        {
            errors.AddRange(InitialFaults(InitialAdapterFolder(specification)!, model.Folder, lora));
        }

        return (errors, model, dataset);
    }

    /// <summary>What the adapter that a run begins with decides of its options; <see langword="null"/> where it begins anew, or with what cannot be read.</summary>
    public async Task<LoraOptions?> FindShapeAsync(RunSpecification specification, CancellationToken cancellationToken)
    {
        if (InitialAdapterFolder(specification) is not { } folder)
        {
            return null;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var model = await database.Models.AsNoTracking().SingleOrDefaultAsync(model => model.Name == specification.Model, cancellationToken);
        try
        {
            return model is null ? null : await Task.Run(() => Describe(folder, model.Folder).Options, cancellationToken);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    // A form asks at every change; an adapter's files never change in place.
    private AdapterDescription Describe(string folder, string modelFolder) => _described.GetOrAdd((folder, modelFolder), places => AdapterFolder.Inspect(places.Adapter, places.Model));

    // Rank, scale and linears are the adapter's; so is the model. Told before the run is queued, and where the options stand.
    private IEnumerable<UserError> InitialFaults(string folder, string modelFolder, LoraOptions lora)
    {
        try
        {
            return [.. InitialAdapter.Faults(Describe(folder, modelFolder), ModelFolder.Linears(modelFolder), lora)];
        }
        catch (UserErrorException exception)
        {
            return exception.Errors.Select(error => error.Field.StartsWith("lora.", StringComparison.Ordinal) ? error : new UserError("initialAdapter", error.Message));
        }
    }
}
