namespace FineTuneStudio.Engine.Contracts;

/// <summary>A person's hand on a running run. Thread-safe; the run looks at it between micro-batches.</summary>
public sealed class RunControl : IDisposable
{
    private readonly ManualResetEventSlim _mayRun = new(initialState: true);
    private volatile bool _stopRequested;

    /// <summary>Processor threads of the run; all of the machine's by default.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Finish the step, write the adapter, end as <see cref="EndReason.StoppedAndKept"/>.</summary>
    public bool StopRequested => _stopRequested;

    /// <summary>Whether the run is asked to stand still.</summary>
    public bool PauseRequested => !_mayRun.IsSet;

    /// <summary>Asks the run to finish its step and keep what was learnt.</summary>
    public void Stop()
    {
        _stopRequested = true;
        _mayRun.Set();
    }

    /// <summary>Asks the run to save its state and stand still after the step.</summary>
    public void Pause() => _mayRun.Reset();

    /// <summary>Lets a paused run go on.</summary>
    public void Resume() => _mayRun.Set();

    /// <summary>Blocks the run's thread while paused.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled while it stood still.</exception>
    public void WaitWhilePaused(CancellationToken cancellationToken) => _mayRun.Wait(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _mayRun.Dispose();
}
