namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>A function on each element.</summary>
public enum Activation
{
    /// <summary><c>x sigmoid(x)</c></summary>
    Silu,

    /// <summary><c>x Phi(x)</c> with the normal distribution's own Phi.</summary>
    Gelu,

    /// <summary>The same with Phi approximated by tanh.</summary>
    GeluTanh,
}
