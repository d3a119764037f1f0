using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>A low-rank pair beside one tensor of a GGUF file; of experts all pairs together.</summary>
/// <param name="HubName">The tensor in the hub's files; of experts the first one's.</param>
/// <param name="A">First factors. <c>[R, in]</c>, of experts <c>[E, R, in]</c></param>
/// <param name="B">Second factors. <c>[out, R]</c>, of experts <c>[E, out, R]</c></param>
/// <param name="Scale">What the product is multiplied by.</param>
internal sealed record GgufPair(string HubName, Tensor A, Tensor B, double Scale)
{
    /// <summary>Width of a pair. <c>R</c></summary>
    public long Rank => B.Size(-1);

    /// <summary>An adapter's pairs. Where a pair of experts stands beside gate and up together, which are two tensors, each gets its own outputs.</summary>
    public static IReadOnlyList<GgufPair> Of(AdapterSet adapters) =>
    [
        .. adapters.Adapters.Values.Select(adapter => new GgufPair(adapter.Module + WeightSlot.WeightSuffix, adapter.WholeA, adapter.WholeB, adapter.Scale)),
        .. adapters.ExpertAdapters.Values.SelectMany(adapter => adapter.Shape.Tensors.Where(tensor => tensor.Expert is null or 0)
            .Select(tensor => new GgufPair(tensor.Name, adapter.StackedA, adapter.StackedB.Narrow(1, tensor.FirstOutput, tensor.Outputs), adapter.Scale))),
    ];
}
