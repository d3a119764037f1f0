namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>gpt-oss's gated activation: gate and up stand in turns in the columns of one product, and both are clamped.</summary>
/// <remarks>OpenAI 2025, arXiv 2508.10925. What the clamp cut has no gradient.</remarks>
public static class ClampedSwiGlu
{
    private static readonly Operator Fused = Operator.Named("fts::clamped_swiglu");

    /// <summary><c>(clamp(up, ±limit) + 1) * g * sigmoid(alpha g)</c> of <c>g = min(gate, limit)</c>, in fp32 inside.</summary>
    /// <param name="pairs">Gate in even columns, up in odd ones. <c>[N, 2 F]</c></param>
    /// <param name="alpha">Steepness of the gate.</param>
    /// <param name="limit">Where both are cut.</param>
    /// <returns><c>[N, F]</c>, of the pairs' type.</returns>
    public static Tensor Apply(Tensor pairs, double alpha, double limit)
        => KernelChoice.IsFused(Fused, pairs) ? Fused.Call(pairs, alpha, limit) : ApplyPlain(pairs, alpha, limit);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor pairs, double alpha, double limit)
    {
        using var scope = TensorScope.Enter();
        var wide = pairs.To(DType.Float32).View(pairs.Size(0), pairs.Size(1) / 2, 2);
        var gate = wide.Select(2, 0).Clamp(null, limit);
        var up = wide.Select(2, 1).Clamp(-limit, limit);
        return scope.Keep(((up + 1) * gate * (gate * alpha).Sigmoid()).To(pairs.DType));
    }
}
