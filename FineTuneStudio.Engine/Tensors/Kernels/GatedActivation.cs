namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The gated activation <c>activation(gate) * up</c>, in fp32 inside.</summary>
/// <remarks>Shazeer 2020, arXiv 2002.05202.</remarks>
public static class GatedActivation
{
    private static readonly Operator Fused = Operator.Named("fts::swiglu");

    /// <param name="gate"><c>[N, F]</c></param>
    /// <param name="up"><c>[N, F]</c></param>
    /// <param name="activation">What the gate goes through.</param>
    /// <returns>Of gate's shape and type.</returns>
    public static Tensor Apply(Tensor gate, Tensor up, Activation activation = Activation.Silu)
        => activation == Activation.Silu && KernelChoice.IsFused(Fused, gate) ? Fused.Call(gate, up) : ApplyPlain(gate, up, activation);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor gate, Tensor up, Activation activation = Activation.Silu)
    {
        using var scope = TensorScope.Enter();
        var wide = gate.To(DType.Float32);
        var activated = activation switch
        {
            Activation.Silu => wide.Silu(),
            Activation.Gelu => wide.Gelu(),
            Activation.GeluTanh => wide.Gelu(tanh: true),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Unknown activation."),
        };
        return scope.Keep((activated * up.To(DType.Float32)).To(gate.DType));
    }
}
