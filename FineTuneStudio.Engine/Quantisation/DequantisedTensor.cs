using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Quantisation;

/// <summary>A weight that a folder holds quantised: known by its shape, turned back into numbers when it is asked for.</summary>
/// <param name="Name">Name in the hub's unquantised files.</param>
/// <param name="Shape">Its shape there.</param>
/// <param name="DType">Type of the numbers.</param>
/// <param name="Load">Makes the tensor; the caller (or its scope) releases it.</param>
internal sealed record DequantisedTensor(string Name, long[] Shape, DType DType, Func<Tensor> Load)
{
    /// <summary>Reads it as it is, outputs first, where products can be made with it so.</summary>
    public Func<PackedTensor>? LoadPacked { get; init; }

    /// <summary>Memory that it then takes.</summary>
    public long PackedBytes { get; init; }
}
