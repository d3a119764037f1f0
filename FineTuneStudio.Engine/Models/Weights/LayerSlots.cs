using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>Makes the slots of one layer's parts, from names within the layer.</summary>
/// <param name="config">The network.</param>
/// <param name="index">The layer.</param>
internal sealed class LayerSlots(ModelConfig config, int index)
{
    private readonly string _prefix = WeightPlan.Prefix(index);

    /// <summary>Width of the residual stream. <c>D</c></summary>
    public long Width => config.HiddenSize;

    /// <summary>The full name of something in the layer.</summary>
    public string NameOf(string name) => _prefix + name;

    /// <summary>A linear, with a bias where the file holds one.</summary>
    public WeightSlot[] Linear(string name, long outputs, long inputs, bool newBias = false) => WeightSlot.Linear(_prefix + name, outputs, inputs, newBias);

    /// <summary>A norm of the model's kind.</summary>
    public WeightSlot Norm(string name, long size) => WeightSlot.Norm(_prefix + name, size, config.OffsetNorms);

    /// <summary>Any other tensor, by its whole name in the layer.</summary>
    public WeightSlot Tensor(string name, WeightKind kind, params long[] shape) => new(_prefix + name, shape, kind);
}
