namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Products with frozen weights that are kept in few bits; they are unpacked when they are used, forwards and backwards, and never kept.</summary>
/// <remarks>Dettmers et al. 2023, arXiv 2305.14314, section 3. Few rows without gradients read the few bits alone: a row of the weight is unpacked, used, forgotten.</remarks>
internal static class PackedLinear
{
    private static readonly Operator Product = Operator.Named("fts::packed_linear");
    private static readonly Operator LoraProduct = Operator.Named("fts::lora_packed_linear");
    private static readonly Operator Unpack = Operator.Named("fts::packed_numbers");

    /// <summary><c>x W^T + b</c>; differentiable by x.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weight"><c>[out, in]</c></param>
    /// <param name="bias">Of x's type, or <see langword="null"/>. <c>[out]</c></param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    public static Tensor Apply(Tensor x, PackedTensor weight, Tensor? bias)
        => KernelChoice.IsPlain ? ApplyPlain(x, weight, bias) : Product.Call(x, weight.Parts, weight.Sizes, weight.Offset, bias);

    /// <summary><c>x W^T + b + scale (x A^T) B^T</c>; differentiable by x, the adapter and what it reads.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="weight"><c>[out, in]</c></param>
    /// <param name="bias">Of x's type, or <see langword="null"/>. <c>[out]</c></param>
    /// <param name="a">fp32. <c>[R, in]</c></param>
    /// <param name="b">fp32. <c>[out, R]</c></param>
    /// <param name="scale">Usually alpha over rank.</param>
    /// <param name="adapterInput">What the adapter reads where it is not x itself: x after dropout. <c>[N, in]</c></param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    public static Tensor ApplyLora(Tensor x, PackedTensor weight, Tensor? bias, Tensor a, Tensor b, double scale, Tensor? adapterInput = null)
        => KernelChoice.IsFusedAnywhere(LoraProduct, x)
            ? LoraProduct.Call(x, weight.Parts, weight.Sizes, weight.Offset, bias, a, b, scale, adapterInput)
            : ApplyLoraPlain(x, weight, bias, a, b, scale, adapterInput);

    /// <summary>The weight's numbers, rounded once to a type.</summary>
    /// <returns><c>[out, in]</c></returns>
    public static Tensor Numbers(PackedTensor weight, DType dtype) => Unpack.Call(weight.Parts, weight.Sizes, weight.Offset, dtype);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor x, PackedTensor weight, Tensor? bias)
    {
        using var scope = TensorScope.Enter();
        return scope.Keep(x.Linear(Numbers(weight, x.DType), bias));
    }

    /// <summary>The plain twin of <see cref="ApplyLora"/>.</summary>
    public static Tensor ApplyLoraPlain(Tensor x, PackedTensor weight, Tensor? bias, Tensor a, Tensor b, double scale, Tensor? adapterInput = null)
    {
        using var scope = TensorScope.Enter();
        return scope.Keep(LoraLinear.ApplyPlain(x, Numbers(weight, x.DType), bias, a, b, scale, adapterInput));
    }
}
