using System.Collections.Concurrent;

namespace FineTuneStudio.Application.Runs;

/// <summary>The runs that have a thread now, and the bell that tells the worker of new ones.</summary>
internal sealed class ActiveRuns : IDisposable
{
    private readonly ConcurrentDictionary<Guid, ActiveRun> _runs = new();
    private readonly SemaphoreSlim _bell = new(0);

    /// <summary>Whether any run has the machine now.</summary>
    public bool Any => !_runs.IsEmpty;

    public ActiveRun? Find(Guid id) => _runs.GetValueOrDefault(id);

    public void Add(ActiveRun run) => _runs[run.Id] = run;

    public void Remove(ActiveRun run) => _runs.TryRemove(run.Id, out _);

    /// <summary>A run was queued.</summary>
    public void Ring() => _bell.Release();

    public Task WaitAsync(CancellationToken cancellationToken) => _bell.WaitAsync(cancellationToken);

    public void Dispose() => _bell.Dispose();
}
