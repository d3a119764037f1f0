namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The gated activation <c>silu(gate) * up</c>.</summary>
/// <remarks>Shazeer 2020, arXiv 2002.05202.</remarks>
public static class SwiGlu
{
    private static readonly Operator Fused = Operator.Named("fts::swiglu");

    /// <summary><c>gate * sigmoid(gate) * up</c>, in fp32 inside.</summary>
    /// <param name="gate"><c>[N, F]</c></param>
    /// <param name="up"><c>[N, F]</c></param>
    /// <returns>Of gate's shape and type.</returns>
    public static Tensor Apply(Tensor gate, Tensor up)
        => KernelChoice.IsFused(Fused, gate) ? Fused.Call(gate, up) : ApplyPlain(gate, up);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor gate, Tensor up)
    {
        using var scope = TensorScope.Enter();
        return scope.Keep((gate.To(DType.Float32).Silu() * up.To(DType.Float32)).To(gate.DType));
    }
}
