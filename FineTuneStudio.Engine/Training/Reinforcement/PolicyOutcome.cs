namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>What became of a step on answers.</summary>
/// <param name="Loss">Policy loss, in units of reward.</param>
/// <param name="GradientNorm">Norm over all trainable weights, before clipping.</param>
/// <param name="End">Whether the weights moved.</param>
/// <param name="Figures">What the loss did.</param>
/// <param name="Entropy">Mean over the learnt tokens, in nats.</param>
/// <param name="LogProbabilityGap">Mean distance from the sampler's log-probabilities, in nats a token; <see langword="null"/> where the weights have moved since, or nobody drew the answers.</param>
internal sealed record PolicyOutcome(double Loss, double GradientNorm, StepEnd End, PolicyFigures Figures, double Entropy, double? LogProbabilityGap)
{
    /// <summary>How evenly experts were used: the loss of <see cref="Models.Experts.LoadBalance"/>; <see langword="null"/> where it is not learnt.</summary>
    public double? ExpertBalance { get; init; }
}
