using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>Frozen matrices in few bits: a run's own (NF4, int8), or a file's (NF4, FP8, MXFP4).</summary>
/// <param name="matrices">One for each part and, inside it, each expert; or one stack for each part.</param>
/// <param name="parts">Matrices of an expert that read the same rows, and whose outputs lie side by side.</param>
internal sealed class PackedExpertWeights(PackedTensor[] matrices, int parts) : IExpertWeights
{
    private readonly PackedMatrices _matrices = new(matrices, parts);

    public Tensor Apply(Tensor rows, Tensor offsets, Tensor? bias, ExpertAdapter? adapter)
        => adapter is null
            ? GroupedPackedLinear.Apply(rows, _matrices, offsets, bias)
            : GroupedPackedLinear.ApplyLora(rows, _matrices, offsets, bias, adapter.StackedA, adapter.StackedB, adapter.Scale);
}
