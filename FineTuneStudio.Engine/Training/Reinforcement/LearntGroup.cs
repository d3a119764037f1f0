namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>A group with what a step makes of it.</summary>
/// <param name="Drawn">Prompt, answers and rewards.</param>
/// <param name="Advantages">Of each answer; 0 where it teaches nothing. <c>[G]</c></param>
/// <param name="Learnt">Whether the step learns from each. <c>[G]</c></param>
/// <param name="ZeroVariance">All its rewards are the same.</param>
internal sealed record LearntGroup(AnswerGroup Drawn, IReadOnlyList<double> Advantages, IReadOnlyList<bool> Learnt, bool ZeroVariance);
