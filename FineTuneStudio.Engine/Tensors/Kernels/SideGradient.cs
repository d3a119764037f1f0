namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Lets a quantity beside the network's own way give its gradient, though how large that is becomes known only after the forward pass.</summary>
public static class SideGradient
{
    private static readonly Operator Attach = Operator.Named("fts::side_gradient");

    /// <summary>Gives x back; its backward pass also sends the slope to the side quantity.</summary>
    /// <param name="x">What goes on.</param>
    /// <param name="side">What is to be differentiated.</param>
    /// <param name="slope">Its gradient, of the same shape; read in the backward pass, so that it may be filled in until then.</param>
    /// <returns>x.</returns>
    public static Tensor Apply(Tensor x, Tensor side, Tensor slope) => Attach.Call(x, side, slope);
}
