using System.Collections.Concurrent;
using FineTuneStudio.Application.Models.Hub;
using FineTuneStudio.Engine.Contracts;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application.Models;

/// <summary>Imports that go on while nobody looks: a page that is opened again finds them where they are.</summary>
public sealed class ModelImports : IDisposable
{
    private readonly ConcurrentDictionary<Guid, Entry> _imports = new();
    private readonly ModelLibrary _models;
    private readonly HubImporter _hub;
    private readonly StudioOptions _options;
    private readonly TimeProvider _time;

    internal ModelImports(ModelLibrary models, HubImporter hub, IOptions<StudioOptions> options, TimeProvider time)
    {
        (_models, _hub, _options, _time) = (models, hub, options.Value, time);
    }

    private delegate Task<Result<ModelSummary>> Work(Action<Func<ModelImport, ModelImport>> change, CancellationToken stopped);

    /// <summary>Those under way, and those that ended and were not yet looked at, the newest first.</summary>
    public IReadOnlyList<ModelImport> All => [.. _imports.Values.Select(entry => entry.Import).OrderByDescending(import => import.Began)];

    /// <summary>The hub that is asked where none is named, by settings and variables.</summary>
    public string DefaultHub => HubConnection.AddressOf(null, _options);

    /// <summary>Whether settings or variables hold an access token.</summary>
    public bool HasToken => HubConnection.TokenOf(null, _options) is not null;

    /// <summary>Begins to copy a folder.</summary>
    public Guid Begin(string folder, string? name) => Begin(
        folder, isFetched: false,
        (change, stopped) => _models.ImportAsync(folder, name, (copied, total) => change(import => import with { CopiedBytes = copied, TotalBytes = total }), stopped));

    /// <summary>Begins to fetch a model from a hub.</summary>
    /// <returns>The import's id, or what is wrong with the request.</returns>
    public Result<Guid> Begin(HubImportRequest request)
    {
        try
        {
            var address = HubAddress.Parse(request.ToString());
            var hub = HubConnection.Of(request.Endpoint, request.Token, _options);
            return new Result<Guid>.Success(Begin(
                address.ToString(), isFetched: true,
                (change, stopped) => _hub.ImportAsync(
                    address, hub, request.Name.Length > 0 ? request.Name : null,
                    told => change(import => import with { CopiedBytes = told.Bytes, TotalBytes = told.TotalBytes, Remaining = told.Remaining }), stopped)));
        }
        catch (UserErrorException exception)
        {
            return new Result<Guid>.Refused(exception.Errors);
        }
    }

    /// <summary>Goes on with an import that was stopped or broke.</summary>
    public void GoOn(Guid id)
    {
        if (_imports.TryGetValue(id, out var entry) && entry.Import.CanGoOn)
        {
            entry.Stop.Dispose();
            Begin(entry.Import with { Result = null, Remaining = null }, entry.Work);
        }
    }

    /// <summary>Breaks an import off; of a copy nothing stays, what was fetched is kept for the next try.</summary>
    public void Stop(Guid id)
    {
        if (_imports.TryGetValue(id, out var entry) && entry.Import.Result is null)
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
        foreach (var entry in _imports.Values.Where(entry => entry.Import.Result is null))
        {
            entry.Stop.Cancel();
        }
    }

    private static Result<ModelSummary> Refuse(string message) => new Result<ModelSummary>.Refused([new UserError("", message)]);

    private Guid Begin(string source, bool isFetched, Work work)
        => Begin(new ModelImport(Guid.NewGuid(), source, 0, 0, _time.GetUtcNow(), Result: null) { IsFetched = isFetched }, work);

    private Guid Begin(ModelImport import, Work work)
    {
        var stop = new CancellationTokenSource();
        _imports[import.Id] = new Entry(import, stop, work);
        _ = Task.Run(() => ImportAsync(import.Id, work, stop.Token), CancellationToken.None);
        return import.Id;
    }

    private async Task ImportAsync(Guid id, Work work, CancellationToken stopped)
    {
        Result<ModelSummary> result;
        try
        {
            result = await work(change => Change(id, change), stopped);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            result = Refuse(_imports.TryGetValue(id, out var entry) && entry.Import.IsFetched
                ? "The import was stopped; what was fetched is kept, and the same import goes on from there."
                : "The import was stopped; nothing of it was kept.");
        }
#pragma warning disable CA1031 // A defect in one import must not end the studio; it is shown beside the folder.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            result = Refuse($"The import could not be finished: {exception.Message}");
        }

        Change(id, import => import with { Result = result });
    }

    private void Change(Guid id, Func<ModelImport, ModelImport> change)
    {
        if (_imports.TryGetValue(id, out var entry))
        {
            _imports[id] = entry with { Import = change(entry.Import) };
        }
    }

    /// <param name="Import">How far it is.</param>
    /// <param name="Stop">Breaks it off.</param>
    /// <param name="Work">What it does, to do it again.</param>
    private sealed record Entry(ModelImport Import, CancellationTokenSource Stop, Work Work);
}
