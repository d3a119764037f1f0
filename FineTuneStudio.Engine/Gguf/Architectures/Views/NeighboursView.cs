using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf.Architectures.Views;

/// <summary>Rows of each head in the order 0, n/2, 1, n/2 + 1, ...: rope turns neighbours there, and halves in the hub's files.</summary>
/// <param name="HeadSize">Rows of a head.</param>
internal sealed record NeighboursView(int HeadSize) : HubView
{
    public override Tensor Cut(Tensor hub, int part, long first, long count)
        => hub.IndexSelect(0, Tensor.From<long>(Order(hub.Size(0), HubRow).AsSpan((int)first, (int)count)));

    public override Tensor Restore(IReadOnlyList<Tensor> files) => InOrder(files[0], FileRow);

    public override Tensor TurnPair(Tensor b) => InOrder(b, HubRow);

    public override Tensor RestorePair(IReadOnlyList<Tensor> pairs) => InOrder(pairs[0], FileRow);

    private static Tensor InOrder(Tensor tensor, Func<long, long> source) => tensor.IndexSelect(0, Tensor.From<long>(Order(tensor.Size(0), source)));

    private static long[] Order(long rows, Func<long, long> source)
    {
        var order = new long[rows];
        for (var row = 0L; row < rows; row++)
        {
            order[row] = source(row);
        }

        return order;
    }

    // Which row of the hub's a row of the file is.
    private long HubRow(long row)
    {
        var inHead = row % HeadSize;
        return row - inHead + (inHead % 2 * (HeadSize / 2)) + (inHead / 2);
    }

    // Which row of the file's a row of the hub is.
    private long FileRow(long row)
    {
        var inHead = row % HeadSize;
        return row - inHead + (inHead % (HeadSize / 2) * 2) + (inHead / (HeadSize / 2));
    }
}
