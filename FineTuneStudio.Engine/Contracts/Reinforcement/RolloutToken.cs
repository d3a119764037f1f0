namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>A token of an answer.</summary>
/// <param name="Text">As it is written; half a character is a replacement sign.</param>
/// <param name="LogProbability">By the policy that drew it, in nats.</param>
public readonly record struct RolloutToken(string Text, float LogProbability);
