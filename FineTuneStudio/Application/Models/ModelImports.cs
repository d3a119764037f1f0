using System.Collections.Concurrent;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Models;

/// <summary>Imports that go on while nobody looks: a page that is opened again finds them where they are.</summary>
public sealed class ModelImports : IDisposable
{
    private readonly ConcurrentDictionary<Guid, (ModelImport Import, CancellationTokenSource Stop)> _imports = new();
    private readonly ModelLibrary _models;
    private readonly TimeProvider _time;

    internal ModelImports(ModelLibrary models, TimeProvider time)
    {
        (_models, _time) = (models, time);
    }

    /// <summary>Those under way, and those that ended and were not yet looked at, the newest first.</summary>
    public IReadOnlyList<ModelImport> All => [.. _imports.Values.Select(entry => entry.Import).OrderByDescending(import => import.Began)];

    /// <summary>Begins an import.</summary>
    public Guid Begin(string folder, string? name)
    {
        var id = Guid.NewGuid();
        var stop = new CancellationTokenSource();
        _imports[id] = (new ModelImport(id, folder, 0, 0, _time.GetUtcNow(), Result: null), stop);
        _ = Task.Run(() => ImportAsync(id, folder, name, stop.Token), CancellationToken.None);
        return id;
    }

    /// <summary>Breaks an import off; nothing of it stays.</summary>
    public void Stop(Guid id)
    {
        if (_imports.TryGetValue(id, out var entry))
        {
            entry.Stop.Cancel();
        }
    }

    /// <summary>Its end was seen.</summary>
    public void Forget(Guid id)
    {
        if (_imports.TryGetValue(id, out var entry) && entry.Import.Result is not null && _imports.TryRemove(id, out _))
        {
            entry.Stop.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var (_, stop) in _imports.Values)
        {
            stop.Cancel();
        }
    }

    private async Task ImportAsync(Guid id, string folder, string? name, CancellationToken stopped)
    {
        Result<ModelSummary> result;
        try
        {
            result = await _models.ImportAsync(
                folder, name, (copied, total) => Change(id, import => import with { CopiedBytes = copied, TotalBytes = total }), stopped);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            result = Refuse("The import was stopped; nothing of it was kept.");
        }
#pragma warning disable CA1031 // A defect in one import must not end the studio; it is shown beside the folder.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result = Refuse($"The import could not be finished: {exception.Message}");
        }

        Change(id, import => import with { Result = result });
    }

    private static Result<ModelSummary> Refuse(string message) => new Result<ModelSummary>.Refused([new UserError("", message)]);

    private void Change(Guid id, Func<ModelImport, ModelImport> change)
    {
        if (_imports.TryGetValue(id, out var entry))
        {
            _imports[id] = (change(entry.Import), entry.Stop);
        }
    }
}
