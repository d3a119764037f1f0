using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Application.Graders;

/// <summary>An answer with what each of some graders says of it.</summary>
/// <param name="Line">Where its row begins in the dataset's file, from 1.</param>
/// <param name="Prompt">The last user turn.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Origin">Where the answer is from.</param>
/// <param name="Grades">Of each grader.</param>
public sealed record GradedAnswerRow(long Line, string Prompt, string Answer, AnswerOrigin Origin, IReadOnlyList<Grade> Grades)
{
    /// <summary>How far the first two graders are apart; <see langword="null"/> where one of them has no score.</summary>
    public double? Apart => Grades is [{ Score: { } first }, { Score: { } second }, ..] ? Math.Abs(first - second) : null;
}
