using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Application.Datasets;

/// <summary>An open dataset, for as long as it is held.</summary>
internal sealed class DatasetLease(DatasetIndex index, Action release) : IDisposable
{
    private Action? _release = release;

    /// <summary>The good rows.</summary>
    public DatasetIndex Index { get; } = index;

    /// <summary>All rows.</summary>
    public DatasetRows Rows { get; } = new(index);

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
