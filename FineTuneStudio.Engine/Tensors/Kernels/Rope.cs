namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>
/// Rotary position embedding, the pairing of Hugging Face's weights: of the first R elements of a head, element i turns with element
/// <c>i + R/2</c>; what a head has beyond them stays.
/// </summary>
/// <remarks>Su et al. 2021, arXiv 2104.09864.</remarks>
public static class Rope
{
    private static readonly Operator Fused = Operator.Named("fts::rope");

    /// <summary>Turns each head by its token's angles.</summary>
    /// <param name="x"><c>[N, H, C]</c></param>
    /// <param name="cos"><c>[N, R/2]</c>, fp32.</param>
    /// <param name="sin"><c>[N, R/2]</c>, fp32.</param>
    /// <returns>Of x's shape and type.</returns>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
        => KernelChoice.IsFusedAnywhere(Fused, x) ? Fused.Call(x, cos, sin) : ApplyPlain(x, cos, sin);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor x, Tensor cos, Tensor sin)
    {
        using var scope = TensorScope.Enter();
        var (size, half) = (x.Size(-1), cos.Size(-1));
        var wide = x.To(DType.Float32);
        var (first, second) = (wide.Narrow(-1, 0, half), wide.Narrow(-1, half, half));
        var (c, s) = (cos.Unsqueeze(1), sin.Unsqueeze(1));
        var rest = wide.Narrow(-1, 2 * half, size - (2 * half));
        return scope.Keep(Tensor.Cat([(first * c) - (second * s), (second * c) + (first * s), rest], -1).To(x.DType));
    }
}
