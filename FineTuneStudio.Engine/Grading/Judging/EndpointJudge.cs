using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>The judge of a studio: an endpoint asked within its budget, so many questions at once, again where that may help, each once.</summary>
public sealed class EndpointJudge : IJudge, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private readonly HttpJudge _endpoint;
    private readonly LimitedJudge _limited;
    private readonly BudgetedJudge _budgeted;
    private readonly CachedJudge _judge;

    /// <summary>Prepares to ask; nothing is asked yet.</summary>
    /// <exception cref="UserErrorException">Settings that cannot be.</exception>
    public EndpointJudge(JudgeSettings settings)
        : this(settings, wait: null)
    {
    }

    internal EndpointJudge(JudgeSettings settings, Action<TimeSpan, CancellationToken>? wait)
    {
        UserErrorException.ThrowIfAny(settings.Validate());
        AtOnce = settings.AtOnce;
        _endpoint = new HttpJudge(settings);

        // A question that waits to be asked again holds no place among those under way.
        _limited = new LimitedJudge(_endpoint, settings.AtOnce);
        _budgeted = new BudgetedJudge(new RetryingJudge(_limited, settings.Attempts, FirstPause, wait), settings.MostQuestions);
        _judge = new CachedJudge(_budgeted);
    }

    /// <summary>Questions that may be under way at once.</summary>
    public int AtOnce { get; }

    /// <summary>Questions asked so far.</summary>
    public long Questions => _budgeted.Questions;

    /// <summary>Tokens read and written so far.</summary>
    public long Tokens => _budgeted.Tokens;

    /// <inheritdoc/>
    public JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken) => _judge.Ask(request, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _endpoint.Dispose();
        _limited.Dispose();
    }
}
