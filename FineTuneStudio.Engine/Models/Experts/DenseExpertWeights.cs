using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>Matrices that lie in memory, or in a mapped file, as they are multiplied.</summary>
/// <param name="tensors">One for each part and, inside it, each expert; or one stacked tensor for each part.</param>
/// <param name="inputsFirst">Whether matrices are <c>[in, out]</c>.</param>
internal sealed class DenseExpertWeights(Tensor[] tensors, bool inputsFirst) : IExpertWeights
{
    public bool InputsFirst => inputsFirst;

    // Where every weight learns, masters are fp32 and products may be bfloat16: the cast is part of the graph.
    public Tensor[] For(Tensor offsets, DType type) => Array.ConvertAll(tensors, tensor => tensor.To(type));
}
