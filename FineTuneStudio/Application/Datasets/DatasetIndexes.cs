using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Persistence;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Open indexes of the datasets that are being looked at; the least used is closed for a new one.</summary>
internal sealed class DatasetIndexes(StudioPaths paths) : IDisposable
{
    private const int MostOpen = 4;

    private readonly Lock _gate = new();
    private readonly LinkedList<(Guid Id, DatasetIndex Index)> _open = [];

    /// <summary>Reads from a dataset; the index that the check left is opened at the first read.</summary>
    public T Read<T>(DatasetEntity dataset, Func<DatasetIndex, T> read, CancellationToken cancellationToken)
    {
        // One reader at a time: rows are small, and an index must not be closed under a reader.
        lock (_gate)
        {
            for (var node = _open.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == dataset.Id)
                {
                    _open.Remove(node);
                    _open.AddFirst(node);
                    return read(node.Value.Index);
                }
            }

            var index = DatasetIndex.Open(
                paths.DatasetFile(dataset.Id, dataset.Extension), DatasetChecks.OptionsOf(dataset), paths.DatasetIndex(dataset.Id), cancellationToken);
            _open.AddFirst((dataset.Id, index));
            if (_open.Count > MostOpen)
            {
                _open.Last!.Value.Index.Dispose();
                _open.RemoveLast();
            }

            return read(index);
        }
    }

    public void Close(Guid id)
    {
        lock (_gate)
        {
            for (var node = _open.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    node.Value.Index.Dispose();
                    _open.Remove(node);
                    return;
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var (_, index) in _open)
        {
            index.Dispose();
        }
    }
}
