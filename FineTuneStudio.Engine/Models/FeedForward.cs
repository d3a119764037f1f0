using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary><c>down(silu(gate x) * up x)</c>.</summary>
/// <param name="Gate"><c>[F, D]</c></param>
/// <param name="Up"><c>[F, D]</c></param>
/// <param name="Down"><c>[D, F]</c></param>
internal sealed record FeedForward(LinearLayer Gate, LinearLayer Up, LinearLayer Down)
{
    /// <param name="x">Normed residual stream. <c>[N, D]</c></param>
    /// <param name="dropout">Of adapters.</param>
    /// <returns><c>[N, D]</c></returns>
    public Tensor Apply(Tensor x, RandomGenerator? dropout)
    {
        var projected = LinearLayer.ApplyAll([Gate, Up], x, dropout);
        return Down.Apply(SwiGlu.Apply(projected[0], projected[1]), dropout);
    }

    public FeedForward With(Func<LinearLayer, LinearLayer> replace) => new(replace(Gate), replace(Up), replace(Down));
}
