using System.Globalization;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Application.Runs;

/// <summary>Looks over the course of a reinforcement run: its newest steps against its first.</summary>
public static class RunAlarms
{
    /// <summary>Steps that a mean is taken over: single batches differ much.</summary>
    private const int Window = 10;

    /// <summary>What a window shows by itself needs so many steps.</summary>
    private const int Fewest = 5;

    private const double Most = 0.5;
    private const double GraveErrors = 0.1;
    private const double Collapsed = 0.2;
    private const double Grown = 2;
    private const double ManyCut = 0.3;

    // A rise of less than this many deviations of single rewards is noise; a held-out rise of less than this share of it is none.
    private const double Rise = 0.25;
    private const double Follows = 0.2;

    /// <summary>Everything that is worth a look now, the gravest first.</summary>
    /// <param name="steps">Steps with figures of reinforcement, oldest first.</param>
    /// <param name="heldOut">Held-out rewards, oldest first.</param>
    public static IReadOnlyList<RunAlarm> Of(IReadOnlyList<TrainingEvent.StepCompleted> steps, IReadOnlyList<TrainingEvent.Rewarded> heldOut)
    {
        if (steps.Count < Fewest)
        {
            return [];
        }

        var now = Stretch(steps, Math.Max(0, steps.Count - Window), steps.Count);
        var first = steps.Count >= 2 * Window ? Stretch(steps, 0, Window) : null;
        RunAlarm?[] alarms =
        [
            GraderErrors(now), SameAnswers(now), ZeroVariance(now),
            first is null ? null : EntropyCollapses(first, now),
            first is null ? null : LengthRunsAway(first, now),
            first is null ? null : HeldOutLags(first, now, heldOut),
        ];
        return [.. alarms.OfType<RunAlarm>().OrderByDescending(alarm => alarm.IsGrave)];
    }

    private static RunAlarm? GraderErrors(List<ReinforcementFigures> now)
    {
        var (errors, answers) = (now.Sum(step => step.GraderErrors), now.Sum(step => step.Answers));
        return errors == 0 ? null : new(
            RunAlarmKind.GraderErrors, $"{Count(errors)} of the last {Count(answers)} answers could not be graded; they count in no mean and teach nothing.",
            "The answers' page shows why: filter for errors. Pause the run until the grader works.", IsGrave: errors > GraveErrors * answers);
    }

    private static RunAlarm? SameAnswers(List<ReinforcementFigures> now)
        => Mean(now, step => step.SameAnswerShare) is var share && share <= Most ? null : new(
            RunAlarmKind.SameAnswers, $"In {Percent(share)} of the groups all answers are the same text, so there is nothing to compare.",
            "Draw more freely (a higher temperature), weigh the KL divergence more, or stop here: the model has settled.", IsGrave: true);

    private static RunAlarm? ZeroVariance(List<ReinforcementFigures> now)
    {
        var share = Mean(now, step => step.ZeroVarianceShare);
        var same = Mean(now, step => step.SameAnswerShare);

        // Where the answers are the same text, so are their rewards: that is said already.
        return share <= Most || same > Most ? null : new(
            RunAlarmKind.ZeroVariance, $"In {Percent(share)} of the groups all answers have the same reward: most prompts are too easy or too hard, and teach nothing.",
            "Draw more answers to each prompt, use prompts of middling difficulty, replace such groups (the method dapo), or grade by degrees instead of right and wrong.");
    }

    private static RunAlarm? EntropyCollapses(List<ReinforcementFigures> first, List<ReinforcementFigures> now)
        => (Mean(first, step => step.Entropy), Mean(now, step => step.Entropy)) is var (before, after) && (before <= 0 || after >= Collapsed * before) ? null : new(
            RunAlarmKind.EntropyCollapses, $"Entropy fell from {Figure(before)} to {Figure(after)} nats a token: the model is sure of its answers and tries nothing new.",
            "A lower learning rate, a wider upper clip (dapo) or more weight on the KL divergence keeps it trying.");

    private static RunAlarm? LengthRunsAway(List<ReinforcementFigures> first, List<ReinforcementFigures> now)
    {
        var (before, after) = (Mean(first, step => step.AnswerTokens), Mean(now, step => step.AnswerTokens));
        var (cutBefore, cut) = (Mean(first, step => step.CutShare), Mean(now, step => step.CutShare));
        return after <= Grown * before && (cut <= ManyCut || cut <= Grown * cutBefore) ? null : new(
            RunAlarmKind.LengthRunsAway, $"Answers grew from {Figure(before)} to {Figure(after)} tokens; {Percent(cut)} are cut at the limit.",
            "Where longer answers are no better, let those that near the limit lose reward (reinforcement.overlongCache), or add a length grader.");
    }

    private static RunAlarm? HeldOutLags(List<ReinforcementFigures> first, List<ReinforcementFigures> now, IReadOnlyList<TrainingEvent.Rewarded> heldOut)
    {
        var (before, after) = (Mean(first, step => step.Reward), Mean(now, step => step.Reward));
        var rise = after - before;
        if (heldOut.Count < 3 || !(rise > Rise * Mean(first, step => step.RewardDeviation)))
        {
            return null;
        }

        // One evaluation may be a bad one: the better of the last two counts.
        var heldOutRise = Math.Max(heldOut[^1].Reward, heldOut[^2].Reward) - heldOut[0].Reward;
        return heldOutRise >= Follows * rise ? null : new(
            RunAlarmKind.HeldOutLags, $"The reward rose from {Figure(before)} to {Figure(after)} on the prompts that are learnt from, but not on those held out ({Figure(heldOut[0].Reward)} to {Figure(heldOut[^1].Reward)}).",
            "The prompts are learnt by heart, or the grader is gamed: read the best answers. More prompts, fewer epochs or a stricter grader help.", IsGrave: true);
    }

    private static List<ReinforcementFigures> Stretch(IReadOnlyList<TrainingEvent.StepCompleted> steps, int first, int end)
    {
        var figures = new List<ReinforcementFigures>(end - first);
        for (var at = first; at < end; at++)
        {
            if (steps[at].Reinforcement is { } step)
            {
                figures.Add(step);
            }
        }

        return figures;
    }

    private static double Mean(List<ReinforcementFigures> steps, Func<ReinforcementFigures, double> figure)
        => steps.Select(figure).Where(double.IsFinite).DefaultIfEmpty(0).Average();

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0%", CultureInfo.InvariantCulture);

    private static string Figure(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.###", CultureInfo.InvariantCulture);
}
