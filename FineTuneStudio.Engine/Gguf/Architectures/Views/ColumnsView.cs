using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf.Architectures.Views;

/// <summary>Every n-th output of gpt-oss's experts, whose matrices are <c>[in, out]</c> with gate and up in turns; or of their biases.</summary>
/// <param name="First">The first output.</param>
/// <param name="Step">How many tensors of the file share the outputs; 1 takes all.</param>
internal sealed record ColumnsView(int First, int Step) : HubView
{
    // A matrix of the stack [E, in, out]; or rows of the biases [E, out]. What an adapter has of experts is [E, ..., ...] too.
    public override Tensor Cut(Tensor hub, int part, long first, long count) => hub.Shape.Count == 2 ? hub.Narrow(0, first, count) : hub.Narrow(0, part, 1);

    public override Tensor Turn(Tensor cut, long first, long count)
    {
        if (cut.Shape.Count == 2)
        {
            return cut.Reshape(cut.Size(0), -1, Step).Select(2, First);
        }

        return cut.Reshape(cut.Size(1), -1, Step).Select(2, First).Transpose(0, 1).Narrow(0, first, count);
    }

    public override Tensor Restore(IReadOnlyList<Tensor> files)
    {
        var together = InTurns(files);
        return together.Shape.Count == 2 ? together : together.Transpose(1, 2);
    }

    // [E, out, R]
    public override Tensor TurnPair(Tensor b) => b.Reshape(b.Size(0), -1, Step, b.Size(2)).Select(2, First);

    public override Tensor RestorePair(IReadOnlyList<Tensor> pairs) => InTurns(pairs);

    // [E, n, ...] each -> [E, n times their number, ...]
    private static Tensor InTurns(IReadOnlyList<Tensor> tensors)
    {
        long[] shape = [.. tensors[0].Shape];
        shape[1] *= tensors.Count;
        return Tensor.Stack([.. tensors], 2).Reshape(shape);
    }
}
