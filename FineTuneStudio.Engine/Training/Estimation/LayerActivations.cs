using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Elements that one layer takes of each token in a training step, in the type of activations.</summary>
/// <param name="Made">By a forward pass through it.</param>
/// <param name="Kept">For its backward pass; its input counts, its output is the next one's.</param>
/// <param name="Gradients">The most that stand beside each other on the way back.</param>
internal sealed record LayerActivations(long Made, long Kept, long Gradients)
{
    // What attention gives is kept by attention itself.
    private const string AttentionOutput = ".o_proj";

    /// <summary>Every layer's, the lowest first.</summary>
    /// <param name="config">The network.</param>
    /// <param name="lora">What learns beside it; <see langword="null"/> where every weight learns.</param>
    public static IReadOnlyList<LayerActivations> Of(ModelConfig config, LoraOptions? lora)
    {
        var linears = WeightPlan.Linears(config);
        var learning = (lora is null ? linears : AdapterSet.Wanted(linears, lora)).Where(linear => !linear.IsHead).ToList();
        return
        [
            .. config.Layers.Select((layer, index) => Of(config.HiddenSize, layer, learning.FindAll(linear => linear.Name.StartsWith(WeightPlan.Prefix(index), StringComparison.Ordinal)), lora)),
        ];
    }

    private static LayerActivations Of(long width, LayerDescription layer, List<LinearShape> learning, LoraOptions? lora)
    {
        var (attention, feedForward, choices) = (layer.Attention.Elements, layer.FeedForward.Elements(width), layer.FeedForward.Choices);

        // The norms' inputs: the stream twice, and where norms stand behind the parts, what the parts give. Made are norms, parts, and the stream after each.
        var (norms, made) = layer.Norms switch
        {
            NormPlacement.Both => (4, 8),
            _ => (2, 6),
        };
        var low = lora is null ? 0 : learning.Sum(linear => (long)lora.Rank * (linear is ExpertShape ? choices : 1));
        var (inputs, dropped) = Inputs(learning, choices, lora?.Dropout > 0);

        return new LayerActivations(
            (made * width) + attention.Made + feedForward.Made + low + dropped,
            (norms * width) + attention.Kept + feedForward.Kept + inputs + low,
            Math.Max(attention.Gradients, feedForward.Gradients) + (2 * width));
    }

    // What linears that learn have read: one and the same for those of a part that stand side by side, but each its own where inputs are dropped, and then what it dropped.
    private static (long Kept, long Dropped) Inputs(List<LinearShape> learning, int choices, bool drops)
    {
        var experts = learning.OfType<ExpertShape>().Sum(shape => choices * shape.Inputs);
        var others = learning.Where(linear => linear is not ExpertShape);
        if (drops)
        {
            var each = 2 * others.Sum(linear => linear.Inputs);
            return (experts + each, each);
        }

        return (experts + others.Where(linear => !linear.Name.EndsWith(AttentionOutput, StringComparison.Ordinal))
            .GroupBy(linear => (linear.Name[..linear.Name.LastIndexOf('.')], linear.Inputs)).Sum(group => group.Key.Inputs), 0);
    }
}
