namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Rows that lie sorted by group, each multiplied with its group's own matrix: the experts of a layer. No group's cost depends on how many there are.</summary>
/// <remarks>
/// Offsets <c>[G + 1]</c>, Int64, in main memory, say where each group's rows begin. Weights are one tensor for each part and, inside it, each
/// group, <c>[out, in]</c>; or one stacked tensor for each part, <c>[G, out, in]</c>. Parts read the same rows, and their outputs lie side by
/// side. A matrix of a group without rows is never read, and may be empty.
/// </remarks>
public static class GroupedLinear
{
    private static readonly Operator Fused = Operator.Named("fts::grouped_linear");
    private static readonly Operator FusedLora = Operator.Named("fts::grouped_lora_linear");

    /// <summary><c>x W_g^T + b_g</c>; differentiable by x, weights and bias.</summary>
    /// <param name="x"><c>[M, in]</c></param>
    /// <param name="weights">Of x's type; see the class.</param>
    /// <param name="offsets"><c>[G + 1]</c>, Int64</param>
    /// <param name="bias"><c>[G, parts out]</c>, or <see langword="null"/>.</param>
    /// <param name="inputsFirst">Matrices are <c>[in, out]</c>.</param>
    /// <returns><c>[M, parts out]</c>, in x's type.</returns>
    /// <exception cref="TensorException">Shapes or types do not fit; the message has them.</exception>
    public static Tensor Apply(Tensor x, Tensor[] weights, Tensor offsets, Tensor? bias = null, bool inputsFirst = false)
        => KernelChoice.IsFused(Fused, x)
            ? Fused.Call(x, weights, offsets, bias, inputsFirst)
            : ApplyPlain(x, weights, offsets, bias, inputsFirst);

    /// <summary><c>x W_g^T + b_g + scale (x A_g^T) B_g^T</c>; differentiable by x and the adapter, not by the frozen weights.</summary>
    /// <param name="x"><c>[M, in]</c></param>
    /// <param name="weights">Frozen, of x's type; see the class.</param>
    /// <param name="offsets"><c>[G + 1]</c>, Int64</param>
    /// <param name="bias"><c>[G, parts out]</c>, or <see langword="null"/>.</param>
    /// <param name="inputsFirst">Matrices are <c>[in, out]</c>.</param>
    /// <param name="a">fp32. <c>[G, R, in]</c></param>
    /// <param name="b">fp32. <c>[G, parts out, R]</c></param>
    /// <param name="scale">Usually alpha over rank.</param>
    /// <returns><c>[M, parts out]</c>, in x's type.</returns>
    public static Tensor ApplyLora(Tensor x, Tensor[] weights, Tensor offsets, Tensor? bias, bool inputsFirst, Tensor a, Tensor b, double scale)
        => KernelChoice.IsFused(FusedLora, x) && bias?.RequiresGrad != true
            ? FusedLora.Call(x, weights, offsets, bias, inputsFirst, a, b, scale)
            : ApplyLoraPlain(x, weights, offsets, bias, inputsFirst, a, b, scale);

    /// <summary>The plain twin of <see cref="Apply"/>, group by group.</summary>
    public static Tensor ApplyPlain(Tensor x, Tensor[] weights, Tensor offsets, Tensor? bias = null, bool inputsFirst = false)
    {
        using var scope = TensorScope.Enter();
        var starts = offsets.ToArray<long>();
        var groups = starts.Length - 1;
        var parts = weights[0].Dimensions == 3 ? weights.Length : weights.Length / groups;
        Tensor Matrix(int part, int group) => weights[0].Dimensions == 3 ? weights[part].Select(0, group) : weights[(part * groups) + group];

        var results = new List<Tensor>();
        for (var group = 0; group < groups; group++)
        {
            // Under a gradient a group without rows still takes part: its matrix gets zeros.
            var matrices = Enumerable.Range(0, parts).Select(part => Matrix(part, group)).ToList();
            if (starts[group] == starts[group + 1] && !matrices.Exists(matrix => matrix.RequiresGrad))
            {
                continue;
            }

            var rows = x.Narrow(0, starts[group], starts[group + 1] - starts[group]);
            var outputs = Tensor.Cat([.. matrices.Select(matrix => inputsFirst ? rows.MatMul(matrix.To(x.DType)) : rows.Linear(matrix.To(x.DType)))], 1);
            results.Add(bias is null ? outputs : outputs + bias.Select(0, group).To(x.DType));
        }

        return scope.Keep(Tensor.Cat([.. results], 0));
    }

    /// <summary>The plain twin of <see cref="ApplyLora"/>.</summary>
    public static Tensor ApplyLoraPlain(Tensor x, Tensor[] weights, Tensor offsets, Tensor? bias, bool inputsFirst, Tensor a, Tensor b, double scale)
    {
        using var scope = TensorScope.Enter();
        var low = ApplyPlain(x, [a.To(x.DType)], offsets);
        return scope.Keep(ApplyPlain(x, weights, offsets, bias, inputsFirst) + (ApplyPlain(low, [b.To(x.DType)], offsets) * scale));
    }
}
