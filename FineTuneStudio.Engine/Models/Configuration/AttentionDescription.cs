using FineTuneStudio.Engine.Models.Attentions;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>How the tokens of one layer look at each other; a kind lists its own weights and builds the part that computes with them.</summary>
public abstract record AttentionDescription
{
    /// <summary>How positions turn queries and keys; <see langword="null"/> leaves them as they are.</summary>
    public RopeDescription? Rope { get; init; }

    /// <summary>Tokens that one looks at, itself included; <see langword="null"/> without limit.</summary>
    public int? Window { get; init; }

    /// <summary>What generation keeps of each token.</summary>
    public abstract CacheShape Cache { get; }

    /// <summary>Memory of each token in training.</summary>
    internal abstract PartElements Elements { get; }

    /// <summary>The weights, in the order of use.</summary>
    internal abstract IEnumerable<WeightSlot> Slots(LayerSlots layer);

    /// <summary>The part that computes.</summary>
    internal abstract IAttention Build(LayerWeights weights);
}
