using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Application.Graders;

/// <summary>The scores of one grader over some answers.</summary>
/// <param name="Mean">Of those that could be graded; <see langword="null"/> where none could.</param>
/// <param name="Errors">Answers that could not be graded.</param>
/// <param name="Bars">How the scores are spread, in order of size: each different score where there are few, equal stretches otherwise.</param>
public sealed record ScoreSummary(double? Mean, int Errors, IReadOnlyList<ScoreBar> Bars)
{
    private const int MostBars = 10;

    public static ScoreSummary Of(IEnumerable<Grade> grades)
    {
        var all = grades.ToList();
        var scores = all.Where(grade => grade.Score is not null).Select(grade => grade.Score!.Value).Order().ToList();
        return new ScoreSummary(scores.Count == 0 ? null : scores.Average(), all.Count - scores.Count, scores.Count == 0 ? [] : BarsOf(scores));
    }

    private static IReadOnlyList<ScoreBar> BarsOf(List<double> scores)
    {
        var different = scores.GroupBy(score => score).ToList();
        if (different.Count <= MostBars)
        {
            return [.. different.Select(group => new ScoreBar(group.Key, group.Key, group.Count()))];
        }

        var (low, width) = (scores[0], (scores[^1] - scores[0]) / MostBars);
        var counts = scores.CountBy(score => Math.Min(MostBars - 1, (int)((score - low) / width))).ToDictionary();
        return [.. Enumerable.Range(0, MostBars).Select(bar => new ScoreBar(low + (bar * width), low + ((bar + 1) * width), counts.GetValueOrDefault(bar)))];
    }
}
