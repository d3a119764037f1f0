using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>A line of <c>rollouts.jsonl</c>.</summary>
/// <param name="Step">The optimizer step that learnt from it first.</param>
/// <param name="Groups">Every prompt with its answers.</param>
internal sealed record RolloutBatch(int Step, IReadOnlyList<RolloutGroup> Groups);
