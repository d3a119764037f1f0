using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>What became of a training step.</summary>
/// <param name="Loss">Mean over the step's learnt tokens, in nats.</param>
/// <param name="GradientNorm">Norm over all trainable weights, before clipping.</param>
/// <param name="End">Whether the weights moved.</param>
/// <param name="Rows">What each row cost, in the order they were seen.</param>
/// <param name="Seconds">Where its time went.</param>
internal sealed record StepOutcome(double Loss, double GradientNorm, StepEnd End, IReadOnlyList<RowLoss> Rows, StepSeconds Seconds)
{
    /// <summary>How evenly experts were used: the loss of <see cref="Models.Experts.LoadBalance"/>; <see langword="null"/> where it had no part in the step.</summary>
    public double? ExpertBalance { get; init; }
}
