using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>Answers of a micro-batch with what the loss is made of. B answers, N learnt tokens of all of them, one behind the other; all fp32.</summary>
internal sealed record PolicyBatch
{
    /// <summary>Learnt tokens of each answer; 0 for an answer that is left out but counts. <c>[B]</c></summary>
    public required IReadOnlyList<int> Lengths { get; init; }

    /// <summary>Log-probabilities by the policy that learns, in nats. <c>[N]</c></summary>
    public required Tensor New { get; init; }

    /// <summary>Log-probabilities by the policy before the step. <c>[N]</c></summary>
    public required Tensor Old { get; init; }

    /// <summary>Log-probabilities by the reference, where there is a KL term. <c>[N]</c></summary>
    public Tensor? Reference { get; init; }

    /// <summary>Log-probabilities by the sampler, where it is corrected for. <c>[N]</c></summary>
    public Tensor? Sampler { get; init; }

    /// <summary>One advantage for an answer <c>[B]</c>, or one for a token <c>[N]</c>.</summary>
    public required Tensor Advantages { get; init; }

    /// <summary>Whether <see cref="Advantages"/> are by token.</summary>
    public bool AdvantagesByToken { get; init; }
}
