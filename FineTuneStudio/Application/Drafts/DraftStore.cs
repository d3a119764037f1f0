using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Drafts;

/// <summary>Keeps what people type until they submit it: one row for each form, in the database, so that it moves and is backed up with everything else.</summary>
public sealed class DraftStore
{
    /// <summary>Nobody comes back to a form after that; the next start clears it away.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(60);

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly TimeProvider _time;
    private readonly ILogger<DraftStore> _log;
    private readonly ConcurrentDictionary<IDraft, Func<Task>> _open = new();

    internal DraftStore(IDbContextFactory<StudioDatabase> databases, TimeProvider time, ILogger<DraftStore> log)
    {
        (_databases, _time, _log) = (databases, time, log);
    }

    /// <summary>What was typed into a form before, or fresh values.</summary>
    /// <param name="key">Names the form, and what it is about where that matters: <c>runs/new</c>; at most 200 characters.</param>
    /// <param name="fresh">Values of a form that nobody touched.</param>
    /// <param name="cancellationToken">The page was closed.</param>
    public async Task<Draft<T>> OpenAsync<T>(string key, Func<T> fresh, CancellationToken cancellationToken)
        where T : class
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Drafts.AsNoTracking().SingleOrDefaultAsync(draft => draft.Key == key, cancellationToken);
        return new Draft<T>(this, _time, key, fresh, row is null ? null : Read<T>(row.Content), row?.ChangedAt);
    }

    /// <summary>Writes what open forms have not written yet: the studio stops.</summary>
    internal Task FlushAsync() => Task.WhenAll(_open.Values.Select(write => write()));

    internal void Opened(IDraft draft, Func<Task> write) => _open[draft] = write;

    internal void Closed(IDraft draft) => _open.TryRemove(draft, out _);

    /// <summary>Clears away drafts that nobody came back to.</summary>
    internal Task ClearOldAsync(CancellationToken cancellationToken) => TryAsync("of long ago", database =>
    {
        var oldest = _time.GetUtcNow() - Lifetime;
        return database.Drafts.Where(draft => draft.ChangedAt < oldest).ExecuteDeleteAsync(cancellationToken);
    });

    internal Task KeepAsync(string key, string content) => TryAsync(key, async database =>
    {
        var now = _time.GetUtcNow();
        if (await database.Drafts.Where(draft => draft.Key == key).ExecuteUpdateAsync(
            set => set.SetProperty(draft => draft.Content, content).SetProperty(draft => draft.ChangedAt, now)) == 0)
        {
            database.Drafts.Add(new DraftEntity { Key = key, Content = content, ChangedAt = now });
            await database.SaveChangesAsync();
        }
    });

    internal Task ForgetAsync(string key) => TryAsync(key, database => database.Drafts.Where(draft => draft.Key == key).ExecuteDeleteAsync());

    /// <summary>A draft that another version of the form wrote may not fit any more; then the form begins afresh.</summary>
    private static T? Read<T>(string content)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(content);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>A draft that cannot be written now is not worth a broken page; the next change writes it.</summary>
    private async Task TryAsync(string key, Func<StudioDatabase, Task> write)
    {
        try
        {
            await using var database = await _databases.CreateDbContextAsync();
            await write(database);
        }
        catch (Exception exception) when (exception is DbException or DbUpdateException)
        {
            _log.LogWarning(exception, "The draft {Key} could not be written; is the disk full?", key);
        }
    }
}
