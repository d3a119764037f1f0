namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The vocabulary product and all that a policy's step asks of it, in pieces: the logits of all tokens never exist at once, and each once.</summary>
/// <remarks>
/// A loss over log-probabilities is known only when all of them are, but its gradient by a hidden state is that of the token's own log-probability
/// times one number. So the slopes are made while the logits are at hand, and weighed later.
/// </remarks>
public static class LinearTokenScores
{
    // Rows of logits at a time.
    private const int PlainChunk = 256;
    private static readonly Operator Fused = Operator.Named("fts::token_scores");

    /// <summary>Scores tokens, unrecorded.</summary>
    /// <param name="hidden">Normed hidden states that tokens were drawn from. <c>[n, D]</c></param>
    /// <param name="weight">The head. <c>[V, D]</c></param>
    /// <param name="targets">The tokens. <c>[n]</c>, Int64</param>
    /// <param name="temperature">Above 0; bounded logits are divided by it.</param>
    /// <param name="softCap">Bounds the logits: <c>c tanh(z / c)</c>.</param>
    /// <param name="slopes">Return the slopes too.</param>
    public static TokenScores Apply(Tensor hidden, Tensor weight, Tensor targets, double temperature, double? softCap, bool slopes)
    {
        if (!KernelChoice.IsFused(Fused, hidden) || weight.DType != hidden.DType)
        {
            return ApplyPlain(hidden, weight, targets, temperature, softCap, slopes);
        }

        var results = Fused.CallMany(hidden, weight, targets, temperature, softCap ?? 0.0, slopes);
        return new TokenScores(results[0]!, results[1]!, slopes ? results[2] : null);
    }

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static TokenScores ApplyPlain(Tensor hidden, Tensor weight, Tensor targets, double temperature, double? softCap, bool slopes)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var count = hidden.Size(0);
        var (found, entropies) = (Tensor.Empty([count], DType.Float32, hidden.Device), Tensor.Empty([count], DType.Float32, hidden.Device));
        var gradients = slopes ? Tensor.ZerosLike(hidden) : null;
        for (long start = 0; start < count; start += PlainChunk)
        {
            using var inner = TensorScope.Enter();
            var rows = Math.Min(PlainChunk, count - start);
            var places = targets.Narrow(0, start, rows).Unsqueeze(-1);
            var logits = SmallBatchLinear.Apply(hidden.Narrow(0, start, rows), weight, wide: true);
            var bounded = softCap is { } cap ? (logits / cap).Tanh() * cap : logits;
            var logarithms = (bounded / temperature).LogSoftmax(-1);
            var shares = logarithms.Exp();
            found.Narrow(0, start, rows).CopyFrom(logarithms.Gather(-1, places).Squeeze(-1));
            entropies.Narrow(0, start, rows).CopyFrom(-(shares * logarithms).Sum(-1));
            if (gradients is not null)
            {
                // Through the bound: 1 - (z / c)^2.
                var byLogits = Tensor.ZerosLike(shares).Scatter(-1, places, 1) - shares;
                byLogits = softCap is { } limit ? byLogits * (-(bounded / limit).Pow(2) + 1) : byLogits;
                gradients.Narrow(0, start, rows).CopyFrom((byLogits / temperature).To(hidden.DType).MatMul(weight));
            }
        }

        return new TokenScores(scope.Keep(found), scope.Keep(entropies), gradients is null ? null : scope.Keep(gradients));
    }
}
