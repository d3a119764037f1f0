namespace FineTuneStudio.Application.Runs;

/// <summary>Tells lists that some run began, moved on, changed or went, so that none of them has to look again and again.</summary>
public sealed class RunChanges
{
    private readonly Lock _gate = new();
    private long _version;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Grows with each change.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Completes once there is a change after <paramref name="seen"/>.</summary>
    public Task WaitAsync(long seen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _version != seen ? Task.CompletedTask : _changed.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Ring()
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            _version++;
            (signal, _changed) = (_changed, NewSignal());
        }

        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
