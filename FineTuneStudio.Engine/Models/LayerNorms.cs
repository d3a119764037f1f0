using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>A layer's norms around its two parts.</summary>
/// <remarks>In the hub's files <c>post_attention_layernorm</c> stands before the feed-forward part where no norm stands after attention.</remarks>
internal sealed class LayerNorms
{
    private const string Input = "input_layernorm";
    private const string PostAttention = "post_attention_layernorm";
    private const string PreFeedForward = "pre_feedforward_layernorm";
    private const string PostFeedForward = "post_feedforward_layernorm";

    public LayerNorms(NormPlacement placement, LayerWeights weights)
    {
        if (placement != NormPlacement.After)
        {
            BeforeAttention = weights.Norm(Input);
            BeforeFeedForward = weights.Norm(placement == NormPlacement.Both ? PreFeedForward : PostAttention);
        }

        if (placement != NormPlacement.Before)
        {
            AfterAttention = weights.Norm(PostAttention);
            AfterFeedForward = weights.Norm(PostFeedForward);
        }
    }

    public Norm? BeforeAttention { get; }

    public Norm? AfterAttention { get; }

    public Norm? BeforeFeedForward { get; }

    public Norm? AfterFeedForward { get; }

    /// <summary>Those around attention.</summary>
    public ResidualNorms AroundAttention => Around(BeforeAttention, AfterAttention);

    /// <summary>Those around the feed-forward part.</summary>
    public ResidualNorms AroundFeedForward => Around(BeforeFeedForward, AfterFeedForward);

    /// <summary>The weights.</summary>
    public static IEnumerable<WeightSlot> Slots(NormPlacement placement, LayerSlots layer)
    {
        string[] names = placement switch
        {
            NormPlacement.Before => [Input, PostAttention],
            NormPlacement.After => [PostAttention, PostFeedForward],
            NormPlacement.Both => [Input, PostAttention, PreFeedForward, PostFeedForward],
            _ => throw new ArgumentOutOfRangeException(nameof(placement), placement, "Unknown placement."),
        };
        return names.Select(name => layer.Norm(name, layer.Width));
    }

    // All norms of a model share what they add.
    private static ResidualNorms Around(Norm? before, Norm? after)
        => new(before?.Weight, after?.Weight, (before ?? after)?.Epsilon ?? 0, (before ?? after)?.Offset ?? false);
}
