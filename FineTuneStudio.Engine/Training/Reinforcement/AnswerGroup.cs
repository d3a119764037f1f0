using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>A prompt with the answers that were drawn to it.</summary>
/// <param name="Prompt">The row.</param>
/// <param name="Answers">In the order they were asked for. <c>[G]</c></param>
/// <param name="Rewards">Score of each less what its length cost; NaN where it has none. <c>[G]</c></param>
internal sealed record AnswerGroup(PromptRow Prompt, IReadOnlyList<GradedAnswer> Answers, double[] Rewards)
{
    /// <summary>Whether its scored answers all have the same reward.</summary>
    public bool TeachesNothing => Rewards.Where(reward => !double.IsNaN(reward)).Distinct().Count() < 2;

    /// <summary>A group with the rewards that its grades come to.</summary>
    public static AnswerGroup Of(PromptRow prompt, IReadOnlyList<GradedAnswer> answers, ReinforcementOptions options)
        => new(prompt, answers, [.. answers.Select(answer => Reward(answer, options))]);

    private static double Reward(GradedAnswer answer, ReinforcementOptions options)
        => (answer.Grade.Score ?? double.NaN) + (options.OverlongCache is { } cache ? OverlongPenalty.Of(answer.Tokens.LongestTurn, options.AnswerTokens, cache) : 0);
}
