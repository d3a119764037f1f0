using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Adapters;

/// <summary>What runs left: looked at, downloaded.</summary>
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
        return [.. (await Joined(database).ToListAsync(cancellationToken)).Select(pair => Summarize(pair.Adapter, pair.Run))];
    }

    /// <summary>One adapter, or <see langword="null"/>.</summary>
    public async Task<AdapterSummary?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        return await Joined(database).SingleOrDefaultAsync(pair => pair.Adapter.Id == id, cancellationToken) is { } pair ? Summarize(pair.Adapter, pair.Run) : null;
    }

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
    internal string FolderOf(AdapterSummary adapter) => Path.Combine(_paths.Run(adapter.RunId), "adapter");

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
        };
    }

    private sealed class AdapterAndRun
    {
        public required AdapterEntity Adapter { get; init; }

        public required RunEntity Run { get; init; }
    }
}
