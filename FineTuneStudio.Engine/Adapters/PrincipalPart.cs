using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>The part of a weight that the most of it lies in, as a low-rank pair: what PiSSA begins with.</summary>
/// <remarks>
/// <c>W = U S V^T</c>, <c>A = sqrt(S/s) V^T</c> and <c>B = U sqrt(S/s)</c> of the largest singular values (Meng et al. 2024, arXiv 2404.02948, section 3). They are found
/// by subspace iteration (Halko et al. 2011, arXiv 0909.4061, algorithm 4.4): on a small matrix exactly, on a large one as nearly as sixteen
/// passes come, with which the paper's appendix found the training to be that of the exact one.
/// </remarks>
internal static class PrincipalPart
{
    private const int Passes = 16;

    // Directions beyond the rank, so that the last ones asked for are found as well.
    private const int Spare = 16;

    private static readonly Operator QrOperator = Operator.Named("aten::linalg_qr");
    private static readonly Operator SvdOperator = Operator.Named("aten::linalg_svd");

    /// <summary>Finds the pair.</summary>
    /// <param name="weight"><c>[out, in]</c></param>
    /// <param name="rank">Width R. Where the weight itself has less, the rest of B is zero, and of A drawn as usual.</param>
    /// <param name="scale">The factor s that the product will be multiplied by.</param>
    /// <param name="generator">Draws the first directions.</param>
    /// <returns>A <c>[R, in]</c> and B <c>[out, R]</c>, fp32, on the weight's device; released with the caller's scope.</returns>
    public static (Tensor A, Tensor B) Of(Tensor weight, long rank, double scale, RandomGenerator generator)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var w = weight.To(DType.Float32);
        var (outputs, inputs) = (w.Size(0), w.Size(1));
        var own = Math.Min(rank, Math.Min(outputs, inputs));
        var (left, values, right) = Decompose(w, Math.Min(rank + Spare, Math.Min(outputs, inputs)), generator);
        var roots = (values.Narrow(0, 0, own) / scale).Sqrt();
        var a = right.Narrow(0, 0, own) * roots.Unsqueeze(1);                                      // [r, in]
        var b = left.Narrow(1, 0, own) * roots;                                                    // [out, r]
        if (own < rank)
        {
            var bound = 1 / Math.Sqrt(inputs);
            a = Tensor.Cat([a, Tensor.Empty([rank - own, inputs], DType.Float32).FillUniform(-bound, bound, generator).To(w.Device)], 0);
            b = Tensor.Cat([b, Tensor.Zeros([outputs, rank - own], DType.Float32, w.Device)], 1);
        }

        return (scope.Keep(a.Contiguous()), scope.Keep(b.Contiguous()));
    }

    // The largest singular values with their vectors: U [out, k], S [k], V^T [k, in].
    private static (Tensor Left, Tensor Values, Tensor Right) Decompose(Tensor w, long count, RandomGenerator generator)
    {
        var directions = Tensor.Empty([w.Size(1), count], DType.Float32).FillNormal(0, 1, generator).To(w.Device);
        var q = Orthonormal(w.MatMul(directions));
        for (var pass = 0; pass < (count == Math.Min(w.Size(0), w.Size(1)) ? 1 : Passes); pass++)
        {
            using var scope = TensorScope.Enter();
            q = scope.Keep(Orthonormal(w.MatMul(Orthonormal(w.Transpose(0, 1).MatMul(q)))));
        }

        var parts = SvdOperator.CallMany(q.Transpose(0, 1).MatMul(w), false);
        return (q.MatMul(parts[0]!), parts[1]!, parts[2]!);
    }

    private static Tensor Orthonormal(Tensor columns) => QrOperator.CallFirst(columns, "reduced");
}
