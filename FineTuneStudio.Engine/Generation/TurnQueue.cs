namespace FineTuneStudio.Engine.Generation;

/// <summary>Rows whose next turn someone takes while others are decoded.</summary>
/// <remarks>
/// They go on after a fixed number of steps, however long it took: which rows are decoded together, and with that the last bits of their logits, follows from
/// the tokens alone.
/// </remarks>
internal sealed class TurnQueue(CancellationToken cancellationToken) : IDisposable
{
    // About what a fast function takes; a slow one is waited for.
    private const int Steps = 8;

    private readonly Queue<(AnswerRow Row, long Due, Task<int[]?> Next)> _waiting = [];

    /// <summary>Lets the next turn of a row be taken.</summary>
    /// <param name="row">Its turn has ended.</param>
    /// <param name="step">The step it ended at.</param>
    public void Add(AnswerRow row, long step)
    {
        row.Wait();
        _waiting.Enqueue((row, step + Steps, Task.Run(() => row.TakeTurn(cancellationToken), cancellationToken)));
    }

    /// <summary>Lets rows go on whose time has come; where nothing else is to be done, the next ones.</summary>
    /// <param name="step">The step that comes.</param>
    /// <param name="isIdle">No other row is decoded.</param>
    public void GoOn(long step, bool isIdle)
    {
        var due = isIdle && _waiting.TryPeek(out var first) ? first.Due : step;
        while (_waiting.TryPeek(out var next) && next.Due <= due)
        {
            next.Row.GoOn(next.Next.GetAwaiter().GetResult());
            _waiting.Dequeue();
        }
    }

    /// <summary>Waits for turns that are being taken: nobody works for an answer that is over.</summary>
    public void Dispose()
        => Task.WaitAll([.. _waiting.Select(waiting => waiting.Next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default))], CancellationToken.None);
}
