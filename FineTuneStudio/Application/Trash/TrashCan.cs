using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application.Trash;

/// <summary>Deletes in two steps: what a person deletes is gone from every page at once, can be brought back for a day, and is then removed.</summary>
public sealed class TrashCan
{
    /// <summary>How long a deletion can be undone.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    /// <summary>How long while the disk is nearly full: whoever deletes then wants the room.</summary>
    public static readonly TimeSpan ShortGrace = TimeSpan.FromMinutes(1);

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly RunFeeds _feeds;
    private readonly RunChanges _changes;
    private readonly TrashRemoval _removal;
    private readonly StudioPaths _paths;
    private readonly StudioOptions _options;
    private readonly TimeProvider _time;

    internal TrashCan(
        IDbContextFactory<StudioDatabase> databases, RunFeeds feeds, RunChanges changes, TrashRemoval removal, StudioPaths paths, IOptions<StudioOptions> options,
        TimeProvider time)
    {
        (_databases, _feeds, _changes, _removal, _paths, _options, _time) = (databases, feeds, changes, removal, paths, options.Value, time);
    }

    private TimeSpan GraceNow => DiskFaults.FreeBytes(_paths.Root) < _options.ReserveBytes ? ShortGrace : Grace;

    /// <summary>Marks a thing deleted. What something still uses is refused, with the name of what uses it.</summary>
    public async Task<Result<DeletedThing>> DeleteAsync(ThingKind kind, Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        if (await database.FindThingAsync(kind, id, cancellationToken) is not { DeletedAt: null } thing)
        {
            return Refuse("It was deleted already.");
        }

        if (await FindUseAsync(database, thing, cancellationToken) is { } use)
        {
            return Refuse(use);
        }

        thing.DeletedAt = _time.GetUtcNow();
        var deleted = Describe(kind, thing, GraceNow);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (FullDisk.Caused(exception))
        {
            // Not even the mark has room. Deleting is the way out of a full disk, so it must not need one.
            await _removal.RemoveAsync(thing, cancellationToken);
            deleted = deleted with { RemovedAt = deleted.DeletedAt };
        }

        Forget(thing);
        return new Result<DeletedThing>.Success(deleted);
    }

    /// <summary>Brings a deleted thing back, under another name where its own was taken meanwhile.</summary>
    /// <returns>Whether it was still there.</returns>
    public async Task<bool> RestoreAsync(ThingKind kind, Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        if (await database.FindThingAsync(kind, id, cancellationToken) is not { DeletedAt: not null } thing)
        {
            return false;
        }

        // Specifications name datasets and models; runs and adapters may be called alike.
        switch (thing)
        {
            case DatasetEntity dataset:
                dataset.Name = await FileNames.FreeAsync(dataset.Name, name => database.Datasets.AnyAsync(other => other.Name == name, cancellationToken));
                break;
            case ModelEntity model:
                model.Name = await FileNames.FreeAsync(model.Name, name => database.Models.AnyAsync(other => other.Name == name, cancellationToken));
                break;
        }

        thing.DeletedAt = null;
        await database.SaveChangesAsync(cancellationToken);
        Forget(thing);
        return true;
    }

    /// <summary>All that can still be brought back, the newest deletion first.</summary>
    public async Task<IReadOnlyList<DeletedThing>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var grace = GraceNow;
        var deleted = new List<DeletedThing>();
        foreach (var kind in Enum.GetValues<ThingKind>())
        {
            deleted.AddRange((await database.ListDeletedAsync(kind, cancellationToken)).Select(thing => Describe(kind, thing, grace)));
        }

        return [.. deleted.OrderByDescending(thing => thing.DeletedAt)];
    }

    /// <summary>Removes, for good, what was deleted at or before a moment.</summary>
    /// <returns>What was removed.</returns>
    public async Task<IReadOnlyList<DeletedThing>> EmptyAsync(DateTimeOffset deletedUntil, CancellationToken cancellationToken)
    {
        var removed = new List<DeletedThing>();
        foreach (var thing in (await ListAsync(cancellationToken)).Where(thing => thing.DeletedAt <= deletedUntil))
        {
            if (await RemoveAsync(thing, cancellationToken))
            {
                removed.Add(thing);
            }
        }

        return removed;
    }

    /// <summary>Removes what was deleted longer ago than the grace time.</summary>
    internal Task SweepAsync(CancellationToken cancellationToken) => EmptyAsync(_time.GetUtcNow() - GraceNow, cancellationToken);

    private async Task<bool> RemoveAsync(DeletedThing deleted, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        if (await database.FindThingAsync(deleted.Kind, deleted.Id, cancellationToken) is not { DeletedAt: not null } thing)
        {
            // It was brought back meanwhile, or went with its run.
            return false;
        }

        await _removal.RemoveAsync(thing, cancellationToken);
        return true;
    }

    private static Result<DeletedThing> Refuse(string message) => new Result<DeletedThing>.Refused([new UserError("", message)]);

    /// <summary>What keeps a thing from being deleted, as a sentence; <see langword="null"/> where nothing does.</summary>
    private static async Task<string?> FindUseAsync(StudioDatabase database, IDeletable thing, CancellationToken cancellationToken)
    {
        if (thing is ModelEntity { Embedded: true })
        {
            return $"{thing.Name} comes with the studio and stays.";
        }

        if (thing is RunEntity run)
        {
            return run.State.IsActive() ? $"The run is not over ({run.State.ToString().ToLowerInvariant()}). Stop or cancel it first, then delete it." : null;
        }

        var users = await database.Runs
            .Where(other => other.State == RunState.Queued || other.State == RunState.Running || other.State == RunState.Paused)
            .Where(other => other.DatasetId == thing.Id || other.ModelId == thing.Id)
            .OrderBy(other => other.CreatedAt).Select(other => other.Name).ToListAsync(cancellationToken);
        return users.Count switch
        {
            0 => null,
            1 => $"The run {users[0]} uses it. Stop that run, or let it finish, then delete it.",
            _ => $"The run {users[0]} and {users.Count - 1} more use it. Stop them, or let them finish, then delete it.",
        };
    }

    /// <summary>What is remembered of a run names its adapter; it is read anew.</summary>
    private void Forget(IDeletable thing)
    {
        _feeds.Forget(thing is AdapterEntity adapter ? adapter.RunId : thing.Id);
        _changes.Ring();
    }

    private DeletedThing Describe(ThingKind kind, IDeletable thing, TimeSpan grace)
        => new(kind, thing.Id, thing.Name, thing.DeletedAt!.Value, thing.DeletedAt.Value + grace, _removal.BytesOf(thing));
}
