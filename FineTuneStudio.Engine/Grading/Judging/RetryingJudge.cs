namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>Asks again where that may help, after a pause that doubles each time, or as long as the judge asks for.</summary>
/// <param name="inner">Who is asked.</param>
/// <param name="attempts">Most times a question is asked, 1 or more.</param>
/// <param name="firstPause">Before the second attempt.</param>
/// <param name="wait">Waits; <see langword="null"/> for the clock.</param>
public sealed class RetryingJudge(IJudge inner, int attempts, TimeSpan firstPause, Action<TimeSpan, CancellationToken>? wait = null) : IJudge
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromMinutes(5);
    private readonly Action<TimeSpan, CancellationToken> _wait = wait ?? Wait;

    /// <inheritdoc/>
    public JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken)
    {
        var pause = firstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return inner.Ask(request, cancellationToken);
            }
            catch (JudgeException exception) when (exception.IsPassing && attempt < attempts)
            {
                _wait(Longer(pause, exception.RetryAfter), cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (JudgeException exception) when (exception.IsPassing && attempts > 1)
            {
                throw new JudgeException(exception.Kind, $"{exception.Message} Asked {attempts} times.");
            }
        }
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan? askedFor)
        => askedFor is not { } asked || asked <= pause ? pause : asked < LongestAskedFor ? asked : LongestAskedFor;

    private static void Wait(TimeSpan pause, CancellationToken cancellationToken)
    {
        cancellationToken.WaitHandle.WaitOne(pause);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
