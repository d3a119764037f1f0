using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Models.FeedForwards;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>A mixture of experts: each token goes through a few of many gated feed-forward parts.</summary>
public sealed record MixtureDescription : FeedForwardDescription
{
    internal const double UsualSteepness = 1.702;

    /// <summary>How many there are to choose from. <c>E</c></summary>
    public required int Experts { get; init; }

    /// <summary>Width inside each. <c>F</c></summary>
    public required int IntermediateSize { get; init; }

    /// <summary>How tokens choose.</summary>
    public required RouterDescription Router { get; init; }

    /// <summary>What every token goes through as well.</summary>
    public SharedExpertDescription? Shared { get; init; }

    /// <summary>Names in the files.</summary>
    public ExpertNames Names { get; init; } = ExpertNames.Separate;

    /// <summary>Where gpt-oss's activation cuts gate and up; <see langword="null"/> is plain SwiGLU.</summary>
    public double? ClampLimit { get; init; }

    /// <summary>How steep the sigmoid of gpt-oss's activation is.</summary>
    public double ClampSteepness { get; init; } = UsualSteepness;

    internal override int Choices => Router.Choices;

    internal override PartElements Elements(long width)
    {
        // The router reads and scores in fp32. Rows on their way to experts, both halves of their product, its activation, answers: the activation reads the halves again,
        // the sum the answers. Backwards the halves stand beside the activation's gradient, or beside the rows'.
        const int wide = 2;
        var (pairs, inner) = (Choices * width, (long)Choices * IntermediateSize);
        var shared = Shared is null ? default : new GatedDescription(Shared.IntermediateSize).Elements(width);
        return new PartElements(
            (wide * (width + (2L * Experts))) + (2 * pairs) + (3 * inner) + shared.Made,
            (wide * Experts) + pairs + (2 * inner) + shared.Kept,
            Math.Max((2 * inner) + Math.Max(inner, pairs), shared.Gradients));
    }

    internal override long IdleElements(long width) => (Experts - Router.Choices) * 3L * IntermediateSize * width;

    internal override IEnumerable<ExpertShape> ExpertShapes(LayerSlots layer) => MixtureOfExperts.Shapes(this, layer);

    internal override IEnumerable<WeightSlot> Slots(LayerSlots layer) => MixtureOfExperts.Slots(this, layer);

    internal override IFeedForward Build(LayerWeights weights) => new MixtureOfExperts(this, weights);
}
