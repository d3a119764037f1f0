namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>Lets so many questions be under way at once; the others wait.</summary>
/// <param name="inner">Who is asked.</param>
/// <param name="atOnce">Most questions under way.</param>
public sealed class LimitedJudge(IJudge inner, int atOnce) : IJudge, IDisposable
{
    private readonly SemaphoreSlim _places = new(atOnce, atOnce);

    /// <inheritdoc/>
    public JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken)
    {
        _places.Wait(cancellationToken);
        try
        {
            return inner.Ask(request, cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
