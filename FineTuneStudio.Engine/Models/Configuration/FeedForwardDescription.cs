using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.FeedForwards;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>What a layer does to each token alone; a kind lists its own weights and builds the part that computes with them.</summary>
public abstract record FeedForwardDescription
{
    /// <summary>Experts that a token passes through, each with what its linears read; 0 without experts.</summary>
    internal virtual int Choices => 0;

    /// <summary>Memory of each token in training.</summary>
    /// <param name="width">Of the residual stream. <c>D</c></param>
    internal abstract PartElements Elements(long width);

    /// <summary>Weights that a token does not pass through: those of experts it does not choose.</summary>
    /// <param name="width">Of the residual stream. <c>D</c></param>
    internal virtual long IdleElements(long width) => 0;

    /// <summary>The products of experts that an adapter may stand beside, where there are experts.</summary>
    internal virtual IEnumerable<ExpertShape> ExpertShapes(LayerSlots layer) => [];

    /// <summary>The weights, in the order of use.</summary>
    internal abstract IEnumerable<WeightSlot> Slots(LayerSlots layer);

    /// <summary>The part that computes.</summary>
    internal abstract IFeedForward Build(LayerWeights weights);
}
