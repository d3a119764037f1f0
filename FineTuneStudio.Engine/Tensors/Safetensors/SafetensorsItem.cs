namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>A tensor to be written: known by shape and type at once, made when its turn comes, so that a large model never lies in memory whole.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Pieces">Make the tensor on the calling thread, cut along its first dimension; a piece is released after writing if it came into the writer's scope.</param>
public sealed record SafetensorsItem(string Name, DType DType, IReadOnlyList<long> Shape, IReadOnlyList<Func<Tensor>> Pieces)
{
    /// <summary>An item that is made in one piece.</summary>
    /// <param name="name">Name in the file.</param>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="load">Makes the tensor.</param>
    public SafetensorsItem(string name, DType dtype, IReadOnlyList<long> shape, Func<Tensor> load)
        : this(name, dtype, shape, [load])
    {
    }

    /// <summary>Bytes of data.</summary>
    public long Bytes => Shape.Aggregate((long)DType.Size(), (product, size) => product * size);

    /// <summary>An item that exists already.</summary>
    public static SafetensorsItem Of(string name, Tensor tensor) => new(name, tensor.DType, tensor.Shape, () => tensor);
}
