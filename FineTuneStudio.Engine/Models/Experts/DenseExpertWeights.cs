using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>Matrices that lie in memory, or in a mapped file, as they are multiplied.</summary>
/// <param name="tensors">One for each part and, inside it, each expert; or one stacked tensor for each part.</param>
/// <param name="inputsFirst">Whether matrices are <c>[in, out]</c>.</param>
internal sealed class DenseExpertWeights(Tensor[] tensors, bool inputsFirst) : IExpertWeights
{
    public Tensor Apply(Tensor rows, Tensor offsets, Tensor? bias, ExpertAdapter? adapter)
    {
        // Where every weight learns, masters are fp32 and products may be bfloat16: the cast is part of the graph.
        var weights = Array.ConvertAll(tensors, tensor => tensor.To(rows.DType));
        return adapter is null
            ? GroupedLinear.Apply(rows, weights, offsets, bias, inputsFirst)
            : GroupedLinear.ApplyLora(rows, weights, offsets, bias, inputsFirst, adapter.StackedA, adapter.StackedB, adapter.Scale);
    }
}
