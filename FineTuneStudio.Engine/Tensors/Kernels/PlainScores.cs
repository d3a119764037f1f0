namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>What <see cref="AttentionScoring"/> does to scores, in libtorch's own operators: shared by the plain twins of attention.</summary>
internal static class PlainScores
{
    /// <summary>Scaled and bounded.</summary>
    /// <param name="products">Products of queries and keys. <c>[H, Q, T]</c>, fp32</param>
    /// <param name="scoring">What governs them.</param>
    public static Tensor Bounded(Tensor products, AttentionScoring scoring)
    {
        var scores = products * scoring.Scale;
        return scoring.SoftCap is { } cap ? (scores / cap).Tanh() * cap : scores;
    }

    /// <summary>Weights over the keys; what a sink takes is missing in their sum.</summary>
    /// <param name="scores">Masked. <c>[H, Q, T]</c>, fp32</param>
    /// <param name="scoring">What governs them.</param>
    public static Tensor Softmax(Tensor scores, AttentionScoring scoring)
    {
        if (scoring.Sinks is not { } sinks)
        {
            return scores.Softmax(-1);
        }

        var (heads, queries, keys) = (scores.Size(0), scores.Size(1), scores.Size(2));
        var column = sinks.To(DType.Float32).View(heads, 1, 1).Expand(heads, queries, 1);
        return Tensor.Cat([scores, column], -1).Softmax(-1).Narrow(-1, 0, keys);
    }
}
