namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>What the loss of a whole optimizer step is divided by, over all its micro-batches.</summary>
/// <param name="Answers">All answers of the step.</param>
/// <param name="Tokens">All learnt tokens of the step.</param>
internal readonly record struct StepSize(int Answers, int Tokens)
{
    /// <summary>A step of one batch.</summary>
    public static StepSize Of(PolicyBatch batch) => new(batch.Lengths.Count, batch.Lengths.Sum());
}
