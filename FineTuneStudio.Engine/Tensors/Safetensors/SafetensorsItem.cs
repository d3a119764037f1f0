namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>A tensor to be written: known by shape and type at once, made when its turn comes, so that a large model never lies in memory whole.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Load">Makes the tensor on the calling thread; it is released after writing if it came into the writer's scope.</param>
public sealed record SafetensorsItem(string Name, DType DType, IReadOnlyList<long> Shape, Func<Tensor> Load)
{
    /// <summary>An item that exists already.</summary>
    public static SafetensorsItem Of(string name, Tensor tensor) => new(name, tensor.DType, tensor.Shape, () => tensor);
}
