namespace FineTuneStudio.Engine.Contracts;

/// <summary>A row as a step saw it.</summary>
/// <param name="Row">Number among the training file's good rows, from 0.</param>
/// <param name="Loss">Mean over its learnt tokens, each by its weight, in nats per token; before the step changed any weight.</param>
public readonly record struct RowLoss(int Row, float Loss);
