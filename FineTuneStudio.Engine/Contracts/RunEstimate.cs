namespace FineTuneStudio.Engine.Contracts;

/// <summary>What a run will take, told before it starts.</summary>
/// <param name="TotalSteps">Optimizer steps.</param>
/// <param name="StepsPerEpoch">Optimizer steps of one pass over the training rows.</param>
/// <param name="TrainingRows">Rows learnt from.</param>
/// <param name="HeldOutRows">Rows held out.</param>
/// <param name="CutRows">Rows longer than the context.</param>
/// <param name="TokensPerEpoch">Rendered tokens of one pass.</param>
/// <param name="LearntTokensPerEpoch">Tokens of one pass with weight above zero.</param>
/// <param name="TrainableParameters">Weights that learn.</param>
/// <param name="ModelParameters">Weights of the base model.</param>
/// <param name="Shortest">Least time it may take.</param>
/// <param name="Longest">Most time it should take.</param>
/// <param name="Memory">What fills memory at the peak, largest first.</param>
/// <param name="DiskBytes">Space for checkpoints, adapter and logs.</param>
public sealed record RunEstimate(
    int TotalSteps, int StepsPerEpoch, int TrainingRows, int HeldOutRows, int CutRows, long TokensPerEpoch, long LearntTokensPerEpoch,
    long TrainableParameters, long ModelParameters, TimeSpan Shortest, TimeSpan Longest, IReadOnlyList<MemoryPart> Memory, long DiskBytes)
{
    /// <summary>Weights of the base model that a token passes through: fewer than all where there are experts.</summary>
    public required long ActiveParameters { get; init; }

    /// <summary>Memory at the peak, all parts together.</summary>
    public long MemoryBytes => Memory.Sum(part => part.Bytes);

    /// <summary>Whether counts come from a sample of the rows; the run itself may differ by a step or two.</summary>
    public bool Sampled { get; init; }

    /// <summary>Whether time and memory were measured by a rehearsal rather than computed.</summary>
    public bool Rehearsed { get; init; }

    /// <summary>What a person should know before starting (a run of very few steps, rows that are cut, ...); empty when all is well.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
