using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>Stops asking once so many questions were asked or so many tokens were read and written; questions side by side may pass the tokens by what they use.</summary>
/// <param name="inner">Who is asked.</param>
/// <param name="mostQuestions">Most questions, failed ones too.</param>
/// <param name="mostTokens">Most tokens, read and written.</param>
public sealed class BudgetedJudge(IJudge inner, long mostQuestions = long.MaxValue, long mostTokens = long.MaxValue) : IJudge
{
    private long _questions;
    private long _tokens;

    /// <summary>Questions asked so far.</summary>
    public long Questions => Math.Min(Interlocked.Read(ref _questions), mostQuestions);

    /// <summary>Tokens read and written so far.</summary>
    public long Tokens => Interlocked.Read(ref _tokens);

    /// <inheritdoc/>
    public JudgeAnswer Ask(JudgeRequest request, CancellationToken cancellationToken)
    {
        if (Tokens >= mostTokens)
        {
            throw Spent($"{mostTokens} tokens");
        }

        if (Interlocked.Increment(ref _questions) > mostQuestions)
        {
            throw Spent($"{mostQuestions} questions");
        }

        var answer = inner.Ask(request, cancellationToken);
        Interlocked.Add(ref _tokens, answer.InputTokens + answer.OutputTokens);
        return answer;
    }

    private static JudgeException Spent(string limit)
        => new(GradeErrorKind.JudgeBudget, $"The budget of {limit} for the judge is spent. Raise it, or grade fewer answers.");
}
