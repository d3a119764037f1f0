using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>One layer's weights, by the names that its parts gave <see cref="LayerSlots"/>.</summary>
internal sealed class LayerWeights(ModelConfig config, ModelWeights weights, int index)
{
    private readonly string _prefix = WeightPlan.Prefix(index);

    /// <summary>Index of the layer, from 0.</summary>
    public int Index => index;

    /// <summary>The full name of something in the layer.</summary>
    public string NameOf(string name) => _prefix + name;

    /// <summary>A tensor by its whole name in the layer.</summary>
    public Tensor this[string name] => weights[_prefix + name];

    /// <summary>A tensor that may be absent.</summary>
    public Tensor? Find(string name) => weights.Find(_prefix + name);

    /// <summary>A tensor that is kept in few bits.</summary>
    public PackedTensor? FindPacked(string name) => weights.FindPacked(_prefix + name);

    /// <summary>A tensor that shall not be in few bits.</summary>
    public Tensor Unpacked(string name) => weights.Unpacked(_prefix + name);

    /// <summary>A linear.</summary>
    public LinearLayer Linear(string name)
        => FindPacked(name + WeightSlot.WeightSuffix) is { } packed
            ? new(_prefix + name, packed, Find(name + WeightSlot.BiasSuffix))
            : new(_prefix + name, this[name + WeightSlot.WeightSuffix], Find(name + WeightSlot.BiasSuffix));

    /// <summary>A norm of the model's kind.</summary>
    /// <param name="name">Of the module.</param>
    /// <param name="epsilon">Its own; <see langword="null"/> takes the model's.</param>
    public Norm Norm(string name, double? epsilon = null) => new(this[name + WeightSlot.WeightSuffix], epsilon ?? config.NormEpsilon, config.OffsetNorms);
}
