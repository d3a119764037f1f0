namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The gated activation <c>activation(gate) * up</c>, in fp32 inside.</summary>
/// <remarks>Shazeer 2020, arXiv 2002.05202.</remarks>
public static class GatedActivation
{
    private static readonly Operator Fused = Operator.Named("fts::gated");

    /// <param name="gate"><c>[..., F]</c></param>
    /// <param name="up">Of gate's shape.</param>
    /// <param name="activation">What the gate goes through.</param>
    /// <returns>Of gate's shape and type.</returns>
    public static Tensor Apply(Tensor gate, Tensor up, Activation activation = Activation.Silu)
        => NameOf(activation) is { } name && KernelChoice.IsFusedAnywhere(Fused, gate) ? Fused.Call(gate, up, name) : ApplyPlain(gate, up, activation);

    /// <summary>The same of rows that hold a gate and then an up.</summary>
    /// <param name="gateUp"><c>[..., 2 F]</c></param>
    /// <param name="activation">What the gate goes through.</param>
    /// <returns><c>[..., F]</c></returns>
    public static Tensor ApplyHalves(Tensor gateUp, Activation activation = Activation.Silu)
    {
        if (NameOf(activation) is { } name && KernelChoice.IsFusedAnywhere(Fused, gateUp))
        {
            return Fused.Call(gateUp, Operator.Argument.None, name);
        }

        var half = gateUp.Size(-1) / 2;
        return ApplyPlain(gateUp.Narrow(-1, 0, half), gateUp.Narrow(-1, half, half), activation);
    }

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

    /// <summary>The kernels' name of an activation; <see langword="null"/> where they lack it.</summary>
    internal static string? NameOf(Activation activation) => activation switch
    {
        Activation.Silu => "silu",
        Activation.GeluTanh => "gelu_tanh",
        _ => null,
    };
}
