using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Adapters;

/// <summary>What runs left, and what was made elsewhere: looked at, downloaded.</summary>
public sealed class AdapterLibrary
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly StudioPaths _paths;

    internal AdapterLibrary(IDbContextFactory<StudioDatabase> databases, StudioPaths paths)
    {
        (_databases, _paths) = (databases, paths);
    }

    /// <summary>Every adapter, newest first.</summary>
    public async Task<IReadOnlyList<AdapterSummary>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var ofRuns = await Joined(database).ToListAsync(cancellationToken);
        var imported = await database.ImportedAdapters.AsNoTracking().ToListAsync(cancellationToken);
        return [.. ofRuns.Select(pair => Summarize(pair.Adapter, pair.Run)).Concat(imported.Select(Summarize)).OrderByDescending(adapter => adapter.CreatedAt)];
    }

    /// <summary>One adapter, or <see langword="null"/>.</summary>
    public async Task<AdapterSummary?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        return await Joined(database).SingleOrDefaultAsync(pair => pair.Adapter.Id == id, cancellationToken) is { } pair ? Summarize(pair.Adapter, pair.Run)
            : await database.ImportedAdapters.AsNoTracking().SingleOrDefaultAsync(adapter => adapter.Id == id, cancellationToken) is { } imported ? Summarize(imported)
            : null;
    }

    /// <summary>What the adapter is, checked anew against its base model.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="modelFolder">Its base model's folder.</param>
    /// <param name="cancellationToken">Stops before it begins.</param>
    /// <exception cref="UserErrorException">It does not fit that model, or is damaged.</exception>
    public Task<AdapterDescription> DescribeAsync(AdapterSummary adapter, string modelFolder, CancellationToken cancellationToken)
        => Task.Run(() => AdapterFolder.Inspect(FolderOf(adapter), modelFolder), cancellationToken);

    /// <summary>The adapter's model card, as it lies in its folder.</summary>
    public async Task<string?> FindCardAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        var path = Path.Combine(FolderOf(adapter), "README.md");
        return File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : null;
    }

    /// <summary>Writes the folder in PEFT layout as a zip.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="destination">Takes synchronous writes.</param>
    /// <param name="cancellationToken">Stops before it begins.</param>
    public Task WriteZipAsync(AdapterSummary adapter, Stream destination, CancellationToken cancellationToken)
        => Task.Run(() => AdapterArchive.Write(destination, FolderOf(adapter)), cancellationToken);

    /// <summary>The adapter's folder in PEFT layout.</summary>
    internal string FolderOf(AdapterSummary adapter) => adapter.RunId is { } run ? _paths.AdapterOfRun(run) : _paths.Adapter(adapter.Id);

    private static IQueryable<AdapterAndRun> Joined(StudioDatabase database)
        => database.Adapters.AsNoTracking().OrderByDescending(adapter => adapter.CreatedAt)
            .Join(database.Runs.AsNoTracking(), adapter => adapter.RunId, run => run.Id, (adapter, run) => new AdapterAndRun { Adapter = adapter, Run = run });

    private static AdapterSummary Summarize(AdapterEntity adapter, RunEntity run)
    {
        var specification = RunSpecification.Parse(run.Specification, "the run's specification");
        return new AdapterSummary(
            adapter.Id, adapter.RunId, adapter.Name, specification.Model, specification.Dataset.Path, adapter.Bytes, adapter.Sha256, adapter.HeldOutLoss, adapter.CreatedAt)
        {
            HeldOutReward = run.HeldOutReward,
            Quantization = specification.Quantization,
        };
    }

    internal static AdapterSummary Summarize(ImportedAdapterEntity adapter) => new(
        adapter.Id, RunId: null, adapter.Name, adapter.Model, Dataset: "", adapter.Bytes, adapter.Sha256, HeldOutLoss: null, adapter.CreatedAt)
    {
        Origin = adapter.Origin,
        BaseModelName = adapter.BaseModelName,
    };

    private sealed class AdapterAndRun
    {
        public required AdapterEntity Adapter { get; init; }

        public required RunEntity Run { get; init; }
    }
}
