using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf.Architectures.Views;

/// <summary>Some rows of each head, a matrix for each: latent attention's way from latents to keys, and to values.</summary>
/// <param name="First">First of these rows in a head.</param>
/// <param name="Count">How many they are.</param>
/// <param name="HeadRows">Rows of a head in the hub's tensor.</param>
/// <param name="IsTransposed">Whether the file's matrices are <c>[in, out]</c>: queries go through the keys' the other way.</param>
internal sealed record HeadPartView(int First, int Count, int HeadRows, bool IsTransposed) : HubView
{
    public override Tensor Cut(Tensor hub, int part, long first, long count)
    {
        var begin = ((long)part * HeadRows) + First;
        return IsTransposed ? hub.Narrow(0, begin, Count) : hub.Narrow(0, begin + first, count);
    }

    public override Tensor Turn(Tensor cut, long first, long count) => IsTransposed ? cut.Transpose(0, 1).Narrow(0, first, count) : cut;

    // keys [H, latent, plain], values [H, V, latent] -> [H (plain + V), latent]
    public override Tensor Restore(IReadOnlyList<Tensor> files)
        => Tensor.Cat([files[0].Transpose(1, 2), files[1]], 1).Reshape(-1, files[1].Size(2));

    public override Tensor? TurnPair(Tensor b) => null;
}
