using FineTuneStudio.Engine.Models.FeedForwards;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>The gated feed-forward part: <c>down(activation(gate x) * up x)</c>.</summary>
/// <param name="IntermediateSize">Width inside. <c>F</c></param>
public sealed record GatedDescription(int IntermediateSize) : FeedForwardDescription
{
    /// <summary>What the gate goes through.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Name of the module that holds its linears, within the layer.</summary>
    public string Module { get; init; } = "mlp";

    /// <summary>Whether the file holds gate and up as one matrix, <c>gate_up_proj</c>: gate, then up (Phi-3).</summary>
    public bool FusedProjections { get; init; }

    // Gate and up, which their activation reads again, and the activation; backwards the gradients of all three.
    internal override PartElements Elements(long width) => new(3L * IntermediateSize, 2L * IntermediateSize, 3L * IntermediateSize);

    internal override IEnumerable<WeightSlot> Slots(LayerSlots layer) => GatedFeedForward.Slots(this, layer);

    internal override IFeedForward Build(LayerWeights weights) => new GatedFeedForward(this, weights);
}
