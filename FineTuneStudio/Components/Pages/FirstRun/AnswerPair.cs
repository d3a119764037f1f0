using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.FirstRun;

/// <summary>A held-out question with the answers before and after training.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Expected">What the dataset answers.</param>
/// <param name="Before">What the base model answered.</param>
/// <param name="After">What the tuned model answered.</param>
public sealed record AnswerPair(string Question, string Expected, string Before, string After)
{
    public bool RightBefore => IsRight(Before);

    public bool RightAfter => IsRight(After);

    /// <summary>The first and the last answer to each question; what was learnt comes first, what is still wrong follows.</summary>
    public static IReadOnlyList<AnswerPair> From(IReadOnlyList<TrainingEvent.Sampled> samples)
        => [.. samples.GroupBy(sample => sample.Row)
            .Select(row => new AnswerPair(row.First().Prompt, row.First().Expected, row.MinBy(sample => sample.Step)!.Answer, row.MaxBy(sample => sample.Step)!.Answer))
            .OrderByDescending(pair => pair.RightAfter && !pair.RightBefore).ThenBy(pair => pair.RightAfter)];

    private bool IsRight(string answer) => string.Equals(answer.Trim(), Expected.Trim(), StringComparison.Ordinal);
}
