using FineTuneStudio.Domain;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Runs;

/// <summary>The order in which waiting runs get the engine. It outlives the studio: the order stands in the database, the pause as a file.</summary>
public sealed class RunQueue
{
    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly ActiveRuns _active;
    private readonly RunChanges _changes;
    private readonly string _pauseFile;
    private volatile bool _paused;

    internal RunQueue(IDbContextFactory<StudioDatabase> databases, ActiveRuns active, RunChanges changes, StudioPaths paths)
    {
        (_databases, _active, _changes) = (databases, active, changes);
        _pauseFile = Path.Combine(paths.Root, "queue.paused");
        _paused = File.Exists(_pauseFile);
    }

    /// <summary>While it is, no waiting run begins; one that runs goes on.</summary>
    public bool IsPaused => _paused;

    /// <summary>Lets no further run begin.</summary>
    public void Pause()
    {
        File.WriteAllText(_pauseFile, "");
        _paused = true;
        _changes.Ring();
    }

    /// <summary>Lets waiting runs begin again.</summary>
    public void Resume()
    {
        File.Delete(_pauseFile);
        _paused = false;
        _active.Ring();
        _changes.Ring();
    }

    /// <summary>Puts a waiting run at a place, from 1; the others close up. One that has begun meanwhile is left alone.</summary>
    public async Task MoveAsync(Guid id, int place, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var waiting = await InOrder(database.Runs.Where(run => run.State == RunState.Queued)).ToListAsync(cancellationToken);
        if (waiting.Find(run => run.Id == id) is not { } moved)
        {
            return;
        }

        waiting.Remove(moved);
        waiting.Insert(Math.Clamp(place - 1, 0, waiting.Count), moved);
        for (var index = 0; index < waiting.Count; index++)
        {
            waiting[index].QueueOrder = index + 1;
        }

        await database.SaveChangesAsync(cancellationToken);
        _changes.Ring();
    }

    /// <summary>Place of a waiting run, from 1; 0 where it does not wait.</summary>
    public async Task<int> PlaceOfAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var waiting = await InOrder(database.Runs.AsNoTracking().Where(run => run.State == RunState.Queued)).Select(run => run.Id).ToListAsync(cancellationToken);
        return waiting.IndexOf(id) + 1;
    }

    /// <summary>Where a run that is queued now stands: behind all others, whose order is a small number or an earlier moment.</summary>
    internal static long Last(DateTimeOffset now) => now.ToUnixTimeMilliseconds();

    internal static IOrderedQueryable<RunEntity> InOrder(IQueryable<RunEntity> runs) => runs.OrderBy(run => run.QueueOrder ?? 0).ThenBy(run => run.CreatedAt);
}
