namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Products with weights where few rows are multiplied, as in decoding: each weight is read from memory once, at the memory's speed.</summary>
/// <remarks>
/// Up to 32 rows take kernels whose sums run in the same order for every count of rows, so that a row's result does not depend on its
/// neighbours. More rows, all that a graph may record (<see cref="GradMode"/>), other element types and processors without AVX-512 take
/// libtorch's product.
/// </remarks>
public static class SmallBatchLinear
{
    private static readonly Operator Fused = Operator.Named("fts::linear");
    private static readonly Operator FusedMany = Operator.Named("fts::linears");
    private static readonly Operator FusedGated = Operator.Named("fts::gated_linears");
    private static readonly Operator WideProduct = Operator.Named("aten::mm.dtype");

    /// <summary><c>x W^T + b</c>; differentiable.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weight">Of x's type. <c>[out, in]</c></param>
    /// <param name="bias">Of x's type, or <see langword="null"/>. <c>[out]</c></param>
    /// <param name="wide">Return fp32 whatever x's type: logits.</param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias = null, bool wide = false)
        => KernelChoice.IsFused(Fused, x) ? Fused.Call(x, weight, bias, wide)
            : wide && bias is null && KernelChoice.IsOnGpu(x) && x.DType == DType.BFloat16 && !x.RequiresGrad && WideProduct.Takes("self", "mat2", "out_dtype") ? ApplyWide(x, weight)
            : ApplyPlain(x, weight, bias, wide);

    /// <summary>Several products of the same rows in one go: q, k and v, or gate and up.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weights">Each <c>[out, in]</c>, of x's type.</param>
    /// <param name="biases">One for each weight; its entries may be <see langword="null"/>.</param>
    /// <returns>One <c>[N, out]</c> for each weight, in x's type.</returns>
    public static Tensor[] ApplyMany(Tensor x, Tensor[] weights, Tensor?[] biases)
        => KernelChoice.IsFused(FusedMany, x)
            ? Array.ConvertAll(FusedMany.CallMany(x, weights, Operator.Argument.OptionalTensors(biases)), product => product!)
            : [.. weights.Zip(biases, (weight, bias) => ApplyPlain(x, weight, bias))];

    /// <summary>Two products of the same rows, and the gated activation of both: <c>activation(x G^T) * (x U^T)</c>; differentiable.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="gate">Of x's type. <c>[F, in]</c></param>
    /// <param name="up">Of x's type. <c>[F, in]</c></param>
    /// <param name="gateBias"><c>[F]</c></param>
    /// <param name="upBias"><c>[F]</c></param>
    /// <param name="activation">What the gate goes through.</param>
    /// <returns><c>[N, F]</c>, in x's type.</returns>
    public static Tensor ApplyGated(Tensor x, Tensor gate, Tensor up, Tensor? gateBias, Tensor? upBias, Activation activation)
    {
        if (GatedActivation.NameOf(activation) is { } name && KernelChoice.IsFused(FusedGated, x))
        {
            return FusedGated.Call(x, gate, up, gateBias, upBias, name);
        }

        var products = ApplyMany(x, [gate, up], [gateBias, upBias]);
        return GatedActivation.Apply(products[0], products[1], activation);
    }

    // Sums that are not rounded to bfloat16 on their way out.
    private static Tensor ApplyWide(Tensor x, Tensor weight)
    {
        using var scope = TensorScope.Enter();
        return scope.Keep(WideProduct.Call(x, weight.Transpose(0, 1), DType.Float32));
    }

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor x, Tensor weight, Tensor? bias = null, bool wide = false)
    {
        using var scope = TensorScope.Enter();
        var product = x.Linear(weight, bias);
        return scope.Keep(wide ? product.To(DType.Float32) : product);
    }
}
