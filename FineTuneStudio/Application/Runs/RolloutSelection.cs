using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Application.Runs;

/// <summary>A group with those of its answers that a person wants to see.</summary>
/// <param name="Group">The whole group.</param>
/// <param name="Answers">The chosen ones, with their place in the group from 0.</param>
public sealed record RolloutSelection(RolloutGroup Group, IReadOnlyList<(int Place, RolloutAnswer Answer)> Answers)
{
    /// <summary>Groups with answers that a filter lets through and a text is found in.</summary>
    /// <param name="groups">Of a step.</param>
    /// <param name="filter">Which answers.</param>
    /// <param name="text">Words in the prompt, the dataset's answer, an answer or its reason, letters of either case; empty for all.</param>
    public static IReadOnlyList<RolloutSelection> Of(IReadOnlyList<RolloutGroup> groups, RolloutFilter filter, string text)
    {
        var chosen = groups.Select(group => new RolloutSelection(group, [.. Chosen(group, filter).Where(pair => Has(group, pair.Answer, text))])).Where(selection => selection.Answers.Count > 0);
        return filter switch
        {
            RolloutFilter.Best => [.. chosen.OrderByDescending(RewardOf)],
            RolloutFilter.Worst => [.. chosen.OrderBy(RewardOf)],
            _ => [.. chosen],
        };
    }

    private static IEnumerable<(int Place, RolloutAnswer Answer)> Chosen(RolloutGroup group, RolloutFilter filter)
    {
        var answers = group.Answers.Select((answer, place) => (Place: place, Answer: answer));
        return filter switch
        {
            RolloutFilter.Best => answers.Where(pair => pair.Answer.Reward is { } reward && reward == group.Answers.Max(answer => answer.Reward)),
            RolloutFilter.Worst => answers.Where(pair => pair.Answer.Reward is { } reward && reward == group.Answers.Min(answer => answer.Reward)),
            RolloutFilter.Cut => answers.Where(pair => pair.Answer.Cut),
            RolloutFilter.Errors => answers.Where(pair => pair.Answer.Grade.Error is not null),
            RolloutFilter.ZeroVariance => group.ZeroVariance ? answers : [],
            _ => answers,
        };
    }

    private static bool Has(RolloutGroup group, RolloutAnswer answer, string text)
        => text.Length == 0 || new[] { group.Prompt, group.Expected, answer.Said.Shown, answer.Grade.Reason }.Any(part => part.Contains(text, StringComparison.CurrentCultureIgnoreCase));

    private static double? RewardOf(RolloutSelection selection) => selection.Answers[0].Answer.Reward;
}
