namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>What a header says of one tensor; checked when the header is read.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes; empty for a single number.</param>
/// <param name="Begin">First byte, from the beginning of the data.</param>
/// <param name="End">One past the last byte.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Bytes of data.</summary>
    public long Bytes => End - Begin;

    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The shape as it is written in messages.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
