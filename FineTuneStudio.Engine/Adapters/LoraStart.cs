using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>What a pair began as, to be taken off again: <c>y = Wx + s (B A - B0 A0) x</c>. Frozen.</summary>
/// <remarks>
/// PiSSA trains <c>B A</c> beside <c>W - s B0 A0</c>. Here the frozen weight stays what it is, for whoever else computes with it, and the start is
/// part of the adapter: the sum is the same, and what is written is an adapter of twice the rank for the original weight.
/// </remarks>
/// <param name="A">First factors. <c>[R, in]</c>, fp32</param>
/// <param name="B">Second factors, with the sign turned: minus B0. <c>[out, R]</c>, fp32</param>
public sealed record LoraStart(Tensor A, Tensor B) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
