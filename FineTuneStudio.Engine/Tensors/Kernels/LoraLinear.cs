namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>A frozen linear layer with a low-rank adapter beside it.</summary>
/// <remarks>Hu et al. 2021, arXiv 2106.09685.</remarks>
public static class LoraLinear
{
    private static readonly Operator Fused = Operator.Named("fts::lora_linear");
    private static readonly Operator FusedMany = Operator.Named("fts::lora_linears");

    /// <summary><c>x W^T + bias + scale (x A^T) B^T</c>.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weight">Frozen. <c>[out, in]</c></param>
    /// <param name="bias">Frozen, or <see langword="null"/>. <c>[out]</c></param>
    /// <param name="a">fp32. <c>[R, in]</c></param>
    /// <param name="b">fp32. <c>[out, R]</c></param>
    /// <param name="scale">Usually alpha over rank.</param>
    /// <param name="adapterInput">What the adapter reads where it is not x itself: x after dropout. <c>[N, in]</c></param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, Tensor a, Tensor b, double scale, Tensor? adapterInput = null)
        => KernelChoice.IsFusedAnywhere(Fused, x) && !weight.RequiresGrad && bias?.RequiresGrad != true
            ? Fused.Call(x, weight, bias, a, b, scale, adapterInput)
            : ApplyPlain(x, weight, bias, a, b, scale, adapterInput);

    /// <summary>Several layers that read the same rows, some with an adapter; of few rows, without gradients, each weight is read once, at the memory's speed.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weights">Frozen. Each <c>[out, in]</c>, of x's type.</param>
    /// <param name="biases">One for each weight; its entries may be <see langword="null"/>.</param>
    /// <param name="a">One for each weight, or <see langword="null"/> where it has no adapter. fp32, <c>[R, in]</c></param>
    /// <param name="b">One for each A. fp32, <c>[out, R]</c></param>
    /// <param name="scales">One for each weight.</param>
    /// <returns>One <c>[N, out]</c> for each weight, in x's type.</returns>
    public static Tensor[] ApplyMany(Tensor x, Tensor[] weights, Tensor?[] biases, Tensor?[] a, Tensor?[] b, double[] scales)
    {
        if (KernelChoice.IsFused(FusedMany, x))
        {
            var results = FusedMany.CallMany(
                x, weights, Operator.Argument.OptionalTensors(biases), Operator.Argument.OptionalTensors(a), Operator.Argument.OptionalTensors(b), scales);
            return Array.ConvertAll(results, result => result!);
        }

        return [.. weights.Select((weight, index) => a[index] is { } first
            ? ApplyPlain(x, weight, biases[index], first, b[index]!, scales[index])
            : SmallBatchLinear.ApplyPlain(x, weight, biases[index]))];
    }

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor x, Tensor weight, Tensor? bias, Tensor a, Tensor b, double scale, Tensor? adapterInput = null)
    {
        using var scope = TensorScope.Enter();
        var low = (adapterInput ?? x).Linear(a.To(x.DType));
        return scope.Keep(x.Linear(weight, bias) + (low.Linear(b.To(x.DType)) * scale));
    }
}
