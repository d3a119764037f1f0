namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>A prompt with the answers that were drawn to it.</summary>
/// <param name="Prompt">The row.</param>
/// <param name="Answers">In the order they were asked for. <c>[G]</c></param>
/// <param name="Rewards">Score of each less what its length cost; NaN where it has none. <c>[G]</c></param>
internal sealed record AnswerGroup(PromptRow Prompt, IReadOnlyList<GradedAnswer> Answers, double[] Rewards);
