using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;

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
}
