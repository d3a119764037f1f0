namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary><see cref="GroupedLinear"/> with frozen matrices that are kept in few bits. Those of a few groups are unpacked at a time, forwards and again backwards, and never kept.</summary>
/// <remarks>Groups of few rows, without gradients, read the few bits alone: a row of the matrix is unpacked, used, forgotten. A matrix of a group without rows is never read.</remarks>
internal static class GroupedPackedLinear
{
    private static readonly Operator Product = Operator.Named("fts::grouped_packed_linear");

    /// <summary><c>x W_g^T + b_g</c>; differentiable by x.</summary>
    /// <param name="x"><c>[M, in]</c></param>
    /// <param name="matrices">Frozen.</param>
    /// <param name="offsets"><c>[G + 1]</c>, Int64</param>
    /// <param name="bias">Of x's type, <c>[G, parts out]</c>, or <see langword="null"/>.</param>
    /// <returns><c>[M, parts out]</c>, in x's type.</returns>
    /// <exception cref="TensorException">Shapes or types do not fit; the message has them.</exception>
    public static Tensor Apply(Tensor x, PackedMatrices matrices, Tensor offsets, Tensor? bias)
        => KernelChoice.IsPlain ? ApplyPlain(x, matrices, offsets, bias) : Product.Call(x, matrices.Tensors, matrices.Sizes, matrices.Shifts, matrices.Parts, offsets, bias);

    /// <summary><c>x W_g^T + b_g + scale (x A_g^T) B_g^T</c>; differentiable by x and the adapter.</summary>
    /// <param name="x"><c>[M, in]</c></param>
    /// <param name="matrices">Frozen.</param>
    /// <param name="offsets"><c>[G + 1]</c>, Int64</param>
    /// <param name="bias">Of x's type, <c>[G, parts out]</c>, or <see langword="null"/>.</param>
    /// <param name="a">fp32. <c>[G, R, in]</c></param>
    /// <param name="b">fp32. <c>[G, parts out, R]</c></param>
    /// <param name="scale">Usually alpha over rank.</param>
    /// <returns><c>[M, parts out]</c>, in x's type.</returns>
    public static Tensor ApplyLora(Tensor x, PackedMatrices matrices, Tensor offsets, Tensor? bias, Tensor a, Tensor b, double scale)
        => KernelChoice.IsPlain
            ? ApplyLoraPlain(x, matrices, offsets, bias, a, b, scale)
            : Product.Call(x, matrices.Tensors, matrices.Sizes, matrices.Shifts, matrices.Parts, offsets, bias, a, b, scale);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor x, PackedMatrices matrices, Tensor offsets, Tensor? bias)
    {
        using var scope = TensorScope.Enter();
        return scope.Keep(GroupedLinear.ApplyPlain(x, Numbers(matrices, offsets, x.DType), offsets, bias));
    }

    /// <summary>The plain twin of <see cref="ApplyLora"/>.</summary>
    public static Tensor ApplyLoraPlain(Tensor x, PackedMatrices matrices, Tensor offsets, Tensor? bias, Tensor a, Tensor b, double scale)
    {
        using var scope = TensorScope.Enter();
        return scope.Keep(GroupedLinear.ApplyLoraPlain(x, Numbers(matrices, offsets, x.DType), offsets, bias, inputsFirst: false, a, b, scale));
    }

    // One for each part and group, or a stack for each part.
    private static Tensor[] Numbers(PackedMatrices matrices, Tensor offsets, DType dtype)
    {
        var groups = offsets.ElementCount - 1;
        return Array.ConvertAll(matrices.Matrices, matrix =>
        {
            var numbers = PackedLinear.Numbers(matrix, dtype);
            return matrices.Matrices.Length == matrices.Parts ? numbers.View(groups, matrix.Shape[0] / groups, matrix.Shape[1]) : numbers;
        });
    }
}
