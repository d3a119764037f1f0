using System.Runtime.ExceptionServices;
using FineTuneStudio.Engine.Datasets.Records;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>
/// Runs a file through several workers side by side and merges what they find in the order of the file. A worker takes the next
/// block, checks it, waits for its turn and merges it itself: memory is one block a worker, and no queue can grow.
/// </summary>
internal sealed class CheckPipeline(RecordReader reader, IReadOnlyList<BlockWorker> workers, Action<BlockWorker> merge)
{
    private readonly Lock _reading = new();
    private readonly object _merging = new();
    private long _nextMerge;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Blocks until the whole file is through.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        var threads = workers.Skip(1).Select(worker => new Thread(() => Work(worker, cancellationToken)) { IsBackground = true, Name = "dataset check" }).ToList();
        threads.ForEach(thread => thread.Start());
        Work(workers[0], cancellationToken);
        threads.ForEach(thread => thread.Join());
        _failure?.Throw();
    }

    private void Work(BlockWorker worker, CancellationToken cancellationToken)
    {
        try
        {
            while (TryRead(worker, cancellationToken))
            {
                worker.Process();
                MergeInTurn(worker);
            }
        }
        catch (Exception exception)
        {
            // The first failure ends every worker and is thrown to the caller, with its own stack.
            lock (_merging)
            {
                _failure ??= ExceptionDispatchInfo.Capture(exception);
                Monitor.PulseAll(_merging);
            }
        }
    }

    private bool TryRead(BlockWorker worker, CancellationToken cancellationToken)
    {
        lock (_reading)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Volatile.Read(ref _failure) is null && reader.Read(worker.Block);
        }
    }

    private void MergeInTurn(BlockWorker worker)
    {
        lock (_merging)
        {
            while (_nextMerge != worker.Block.Sequence && _failure is null)
            {
                Monitor.Wait(_merging);
            }

            if (_failure is null)
            {
                merge(worker);
                _nextMerge++;
                Monitor.PulseAll(_merging);
            }
        }
    }
}
