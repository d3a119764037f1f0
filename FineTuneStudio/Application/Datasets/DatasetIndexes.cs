using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Persistence;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Open indexes of the datasets that are being looked at, shared by all who look; a few idle ones stay open.</summary>
internal sealed class DatasetIndexes(StudioPaths paths) : IDisposable
{
    private const int MostIdle = 4;

    private readonly Lock _gate = new();
    private readonly LinkedList<OpenIndex> _open = [];

    /// <summary>Opens the index that the check left, or takes an open one; it stays open until the lease is disposed.</summary>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public DatasetLease Open(DatasetEntity dataset, CancellationToken cancellationToken)
    {
        var entry = Take(dataset.Id);
        try
        {
            lock (entry.Opening)
            {
                entry.Index ??= DatasetIndex.Open(
                    paths.DatasetFile(dataset.Id, dataset.Extension), DatasetChecks.OptionsOf(dataset), paths.DatasetIndex(dataset.Id), cancellationToken,
                    allowNoGoodRow: true);
            }

            return new DatasetLease(entry.Index, () => GiveBack(entry));
        }
        catch
        {
            GiveBack(entry);
            throw;
        }
    }

    /// <summary>Opens a dataset as a run of a method reads it, for the caller alone to dispose; another method than the dataset's own keeps an index of its own beside it.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or holds no good row.</exception>
    public DatasetIndex OpenAs(DatasetEntity dataset, TrainingMethod method, CancellationToken cancellationToken) => DatasetIndex.Open(
        paths.DatasetFile(dataset.Id, dataset.Extension), DatasetChecks.OptionsOf(dataset, method),
        method == DatasetChecks.MethodOf(dataset) ? paths.DatasetIndex(dataset.Id) : $"{paths.DatasetIndex(dataset.Id)}.{method.ToString().ToLowerInvariant()}",
        cancellationToken);

    /// <summary>Lets an index go, at once or when the last lease on it ends: its file changes or is deleted.</summary>
    public void Close(Guid id)
    {
        lock (_gate)
        {
            if (_open.FirstOrDefault(entry => entry.Id == id) is { } entry)
            {
                _open.Remove(entry);
                entry.Closed = true;
                DisposeUnused(entry);
            }
        }
    }

    public void Dispose()
    {
        foreach (var id in _open.Select(entry => entry.Id).ToList())
        {
            Close(id);
        }
    }

    private static void DisposeUnused(OpenIndex entry)
    {
        if (entry is { Closed: true, Users: 0 })
        {
            entry.Index?.Dispose();
        }
    }

    private OpenIndex Take(Guid id)
    {
        lock (_gate)
        {
            var entry = _open.FirstOrDefault(entry => entry.Id == id) ?? new OpenIndex(id);
            _open.Remove(entry);
            _open.AddFirst(entry);
            entry.Users++;
            return entry;
        }
    }

    private void GiveBack(OpenIndex entry)
    {
        lock (_gate)
        {
            entry.Users--;
            DisposeUnused(entry);
            foreach (var idle in _open.Where(other => other.Users == 0).Skip(MostIdle).ToList())
            {
                _open.Remove(idle);
                idle.Index?.Dispose();
            }
        }
    }

    private sealed class OpenIndex(Guid id)
    {
        public Guid Id { get; } = id;

        /// <summary>Held by whoever opens it, so that a file is not read twice.</summary>
        public object Opening { get; } = new();

        public DatasetIndex? Index { get; set; }

        public int Users { get; set; }

        public bool Closed { get; set; }
    }
}
