using FineTuneStudio.Engine.Gguf.Blocks;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>A tensor to be written: known by name, type and shape at once, made row by row when its turn comes.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">How its rows are stored.</param>
/// <param name="Shape">Sizes, outermost first; the file has them the other way round.</param>
/// <param name="Source">Makes its rows.</param>
internal sealed record GgufItem(string Name, GgufType Type, IReadOnlyList<long> Shape, RowSource Source)
{
    /// <summary>Numbers in a row.</summary>
    public long RowLength => Shape[^1];

    /// <summary>Number of rows.</summary>
    public long Rows => Shape.Take(Shape.Count - 1).Aggregate(1L, (product, size) => product * size);

    /// <summary>Bytes of data.</summary>
    public long Bytes => BlockFormat.Of(Type).BytesOf(RowLength) * Rows;
}
