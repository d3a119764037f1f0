using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>A run that has a thread: its levers.</summary>
internal sealed class ActiveRun(Guid id, RunFeed feed, int threads) : IDisposable
{
    private readonly CancellationTokenSource _cancelled = new();

    public Guid Id { get; } = id;

    public RunFeed Feed { get; } = feed;

    public RunControl Control { get; } = new() { Threads = threads };

    public CancellationToken Cancelled => _cancelled.Token;

    /// <summary>A person gave the run up; otherwise a cancellation means that the studio stops and the run goes on later.</summary>
    public bool GivenUp { get; private set; }

    public void GiveUp()
    {
        GivenUp = true;
        _cancelled.Cancel();
    }

    public void Suspend() => _cancelled.Cancel();

    public void Dispose()
    {
        _cancelled.Dispose();
        Control.Dispose();
    }
}
