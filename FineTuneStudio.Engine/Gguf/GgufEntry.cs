using FineTuneStudio.Engine.Gguf.Blocks;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>What a header says of one tensor; checked when the header is read.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">How its rows are stored.</param>
/// <param name="Shape">Sizes, outermost first; the file has them the other way round.</param>
/// <param name="Begin">First byte, in the file.</param>
/// <param name="Bytes">Bytes of data.</param>
internal sealed record GgufEntry(string Name, GgufType Type, long[] Shape, long Begin, long Bytes)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}
