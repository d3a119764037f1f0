namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>
/// Rotary position embedding, the pairing of Hugging Face's weights: of the first R elements of a head, element i turns with element
/// <c>i + R/2</c>, or interleaved 2i with 2i + 1; what a head has beyond them stays.
/// </summary>
/// <remarks>Su et al. 2021, arXiv 2104.09864.</remarks>
public static class Rope
{
    private static readonly Operator Fused = Operator.Named("fts::rope");

    /// <summary>Turns each head by its token's angles.</summary>
    /// <param name="x"><c>[N, H, C]</c></param>
    /// <param name="cos"><c>[N, R/2]</c>, fp32.</param>
    /// <param name="sin"><c>[N, R/2]</c>, fp32.</param>
    /// <param name="interleaved">Whether neighbours turn together (DeepSeek).</param>
    /// <returns>Of x's shape and type.</returns>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin, bool interleaved = false)
        => KernelChoice.IsFusedAnywhere(Fused, x) ? Fused.Call(x, cos, sin, interleaved) : ApplyPlain(x, cos, sin, interleaved);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor x, Tensor cos, Tensor sin, bool interleaved = false)
    {
        using var scope = TensorScope.Enter();
        var (size, half) = (x.Size(-1), cos.Size(-1));
        var wide = x.To(DType.Float32);
        var pairs = wide.Narrow(-1, 0, 2 * half).Reshape(interleaved ? [x.Size(0), x.Size(1), half, 2] : [x.Size(0), x.Size(1), 2, half]);
        var axis = interleaved ? 3 : 2;
        var (first, second) = (pairs.Select(axis, 0), pairs.Select(axis, 1));
        var (c, s) = (cos.Unsqueeze(1), sin.Unsqueeze(1));
        var turned = Tensor.Stack([(first * c) - (second * s), (second * c) + (first * s)], axis).Reshape(x.Size(0), x.Size(1), 2 * half);
        return scope.Keep(Tensor.Cat([turned, wide.Narrow(-1, 2 * half, size - (2 * half))], -1).To(x.DType));
    }
}
