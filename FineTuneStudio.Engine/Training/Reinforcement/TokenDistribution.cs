using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>What a policy thinks of the tokens that were drawn, by the distribution they were drawn from.</summary>
/// <param name="LogProbabilities">Of the tokens, in nats. <c>[N]</c></param>
/// <param name="Entropies">Of the distributions, in nats. <c>[N]</c></param>
internal sealed record TokenDistribution(Tensor LogProbabilities, Tensor Entropies)
{
    /// <summary>Both of each row of logits; a gradient flows through both.</summary>
    /// <param name="logits">fp32 <c>[N, V]</c></param>
    /// <param name="tokens">Int64 <c>[N]</c></param>
    /// <param name="temperature">The sampler's; logits are divided by it.</param>
    public static TokenDistribution Of(Tensor logits, Tensor tokens, double temperature)
    {
        var logarithms = (logits / temperature).LogSoftmax(-1);
        return new TokenDistribution(logarithms.Gather(-1, tokens.Unsqueeze(-1)).Squeeze(-1), -(logarithms.Exp() * logarithms).Sum(-1));
    }
}
