using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Quantisation;

/// <summary>A matrix whose rows come in equal pieces, one after another, so that the whole of it need not be there at once.</summary>
/// <param name="Rows">Of the whole.</param>
/// <param name="Columns">Of the whole, and of each piece.</param>
/// <param name="Count">How many pieces.</param>
/// <param name="Make">A piece; released after use. fp32, without gaps, <c>[Rows / Count, Columns]</c></param>
internal sealed record MatrixPieces(long Rows, long Columns, long Count, Func<int, Tensor> Make)
{
    /// <summary>Shows each piece, with the row of the whole that it begins at.</summary>
    public void Each(Action<Tensor, long> look)
    {
        for (var piece = 0; piece < Count; piece++)
        {
            using var scope = TensorScope.Enter();
            look(Make(piece), piece * (Rows / Count));
        }
    }
}
