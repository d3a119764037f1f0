namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Root mean square normalisation: <c>x / sqrt(mean(x^2) + epsilon) * weight</c> over the last dimension, in fp32 inside.</summary>
/// <remarks>Zhang and Sennrich 2019, arXiv 1910.07467.</remarks>
public static class RmsNorm
{
    private static readonly Operator Fused = Operator.Named("fts::rms_norm");
    private static readonly Operator FusedAdd = Operator.Named("fts::add_rms_norm");
    private static readonly Operator Library = Operator.Named("aten::_fused_rms_norm");

    /// <summary>Normalises the last dimension.</summary>
    /// <param name="x"><c>[..., D]</c>; per head <c>[N, H, C]</c>.</param>
    /// <param name="weight"><c>[D]</c></param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    /// <param name="unitOffset">Multiplies by <c>1 + weight</c> (Gemma).</param>
    /// <returns>Of x's shape and type.</returns>
    public static Tensor Apply(Tensor x, Tensor weight, double epsilon, bool unitOffset = false)
        => KernelChoice.IsFused(Fused, x) ? Fused.Call(x, weight, epsilon, unitOffset) : ApplyElsewhere(x, weight, epsilon, unitOffset);

    /// <summary>Adds a residual and normalises the sum.</summary>
    /// <param name="x"><c>[..., D]</c></param>
    /// <param name="residual">Of x's shape.</param>
    /// <param name="weight"><c>[D]</c></param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    /// <param name="unitOffset">Multiplies by <c>1 + weight</c> (Gemma).</param>
    /// <returns>The sum, which goes on as the next residual, and its normalisation.</returns>
    public static (Tensor Sum, Tensor Normed) AddApply(Tensor x, Tensor residual, Tensor weight, double epsilon, bool unitOffset = false)
    {
        if (!KernelChoice.IsFused(FusedAdd, x))
        {
            var sum = x + residual;
            return (sum, ApplyElsewhere(sum, weight, epsilon, unitOffset));
        }

        var results = FusedAdd.CallMany(x, residual, weight, epsilon, unitOffset);
        return (results[0]!, results[1]!);
    }

    // libtorch's own kernel for GPUs computes in fp32 inside too, and keeps only x and a number for each row.
    private static Tensor ApplyElsewhere(Tensor x, Tensor weight, double epsilon, bool unitOffset)
    {
        // One more than a weight is not rounded: its twin adds in fp32.
        var isRounded = unitOffset && weight.DType != DType.Float32;
        if (!KernelChoice.IsOnGpu(x) || weight.DType != x.DType || isRounded || !Library.Takes("input", "normalized_shape", "weight", "eps"))
        {
            return ApplyPlain(x, weight, epsilon, unitOffset);
        }

        using var scope = TensorScope.Enter();
        return scope.Keep(Library.CallFirst(x, new[] { x.Size(-1) }, unitOffset ? weight + 1 : weight, epsilon));
    }

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor x, Tensor weight, double epsilon, bool unitOffset = false)
    {
        using var scope = TensorScope.Enter();
        var wide = x.To(DType.Float32);
        var normed = wide * ((wide * wide).Mean(-1, keep: true) + epsilon).Rsqrt();
        var factor = weight.To(DType.Float32);
        return scope.Keep((normed * (unitOffset ? factor + 1 : factor)).To(x.DType));
    }

    /// <summary>The plain twin of <see cref="AddApply"/>.</summary>
    public static (Tensor Sum, Tensor Normed) AddApplyPlain(Tensor x, Tensor residual, Tensor weight, double epsilon, bool unitOffset = false)
    {
        var sum = x + residual;
        return (sum, ApplyPlain(sum, weight, epsilon, unitOffset));
    }
}
