using FineTuneStudio.Application.Trash;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Disk;

/// <summary>Says what takes room, and makes some: checkpoints of runs that are over, deleted things, leftovers.</summary>
public sealed class DiskKeeper
{
    /// <summary>A download or upload that wrote nothing for so long is left over.</summary>
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly StudioPaths _paths;
    private readonly TrashCan _trash;
    private readonly TimeProvider _time;

    internal DiskKeeper(IDbContextFactory<StudioDatabase> databases, StudioPaths paths, TrashCan trash, TimeProvider time)
    {
        (_databases, _paths, _trash, _time) = (databases, paths, trash, time);
    }

    /// <summary>Measures the data directory.</summary>
    /// <param name="checkpointsKept">Newest checkpoints that a clean-up would leave of each run.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async Task<DiskUse> MeasureAsync(int checkpointsKept, CancellationToken cancellationToken)
    {
        var surplus = await FindSurplusAsync(checkpointsKept, cancellationToken);
        return await Task.Run(() => Measure(surplus), cancellationToken);
    }

    /// <summary>Deletes the checkpoints that a measurement found to be too many.</summary>
    /// <returns>Bytes freed.</returns>
    public Task<long> RemoveAsync(CheckpointSurplus surplus, CancellationToken cancellationToken) => Task.Run(
        () => surplus.Folders.Sum(folder =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = FolderSize.Of(folder);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            return bytes;
        }),
        cancellationToken);

    /// <summary>Removes every deleted thing for good.</summary>
    /// <returns>Bytes freed.</returns>
    public async Task<long> EmptyTrashAsync(CancellationToken cancellationToken)
        => (await _trash.EmptyAsync(_time.GetUtcNow(), cancellationToken)).Sum(thing => thing.Bytes);

    /// <summary>Deletes what interrupted downloads and uploads left.</summary>
    /// <returns>Bytes freed.</returns>
    public Task<long> RemoveLeftoversAsync(CancellationToken cancellationToken) => Task.Run(
        () => Leftovers().Sum(leftover =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = BytesOf(leftover);
            if (leftover is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                leftover.Delete();
            }

            return bytes;
        }),
        cancellationToken);

    private static long BytesOf(FileSystemInfo entry) => entry is FileInfo file ? file.Length : FolderSize.Of(entry.FullName);

    private DiskUse Measure(CheckpointSurplus surplus)
    {
        var runs = FolderSize.Of(_paths.Runs);
        var checkpoints = RunParts(RunFolder.Checkpoints);
        var adapters = RunParts(RunFolder.Adapter);
        var imported = FolderSize.Of(_paths.Adapters);
        var datasets = FolderSize.Of(_paths.Datasets);
        var models = FolderSize.Of(_paths.Models);
        var temporary = FolderSize.Of(_paths.Temporary) + FolderSize.Of(_paths.Uploads);
        var rest = FolderSize.Of(_paths.Root) - runs - datasets - models - imported - temporary;
        return new DiskUse(
            _paths.Root,
            DiskFaults.FreeBytes(_paths.Root),
            [
                new("Models", models), new("Datasets", datasets), new("Checkpoints", checkpoints), new("Adapters", adapters + imported),
                new("Curves and logs of runs", runs - checkpoints - adapters), new("Downloads and uploads at work", temporary), new("Database", Math.Max(0, rest)),
            ],
            surplus,
            Leftovers().Sum(BytesOf));

        long RunParts(string name) => Directory.EnumerateDirectories(_paths.Runs).Sum(run => FolderSize.Of(Path.Combine(run, name)));
    }

    private async Task<CheckpointSurplus> FindSurplusAsync(int kept, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var over = await database.Runs.AsNoTracking()
            .Where(run => run.State != RunState.Queued && run.State != RunState.Running && run.State != RunState.Paused)
            .Select(run => run.Id).ToListAsync(cancellationToken);
        var byRun = over.Select(run => Surplus(run, kept)).Where(folders => folders.Count > 0).ToList();
        var all = byRun.SelectMany(folders => folders).ToList();
        return new CheckpointSurplus(all, byRun.Count, all.Sum(FolderSize.Of));
    }

    /// <summary>Names of checkpoints sort by step.</summary>
    private List<string> Surplus(Guid run, int kept)
    {
        var folder = Path.Combine(_paths.Run(run), RunFolder.Checkpoints);
        return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder, "step-*").OrderDescending(StringComparer.Ordinal).Skip(kept)] : [];
    }

    private IEnumerable<FileSystemInfo> Leftovers()
    {
        var newest = _time.GetUtcNow() - LeftoverAge;
        return ((string[])[_paths.Temporary, _paths.Uploads])
            .SelectMany(folder => new DirectoryInfo(folder).EnumerateFileSystemInfos())
            .Where(entry => entry.LastWriteTimeUtc < newest.UtcDateTime);
    }
}
