using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Feed-forward parts under llama.cpp's keys: widths, experts, and how they are chosen.</summary>
internal static class ExpertMetadata
{
    // llama.cpp's numbers for what becomes of a router's logits.
    private const uint Softmax = 1;
    private const uint Sigmoid = 2;

    /// <summary>Sets them.</summary>
    public static void Describe(ModelConfig config, GgufArchitecture place, GgufMetadata metadata)
    {
        var (parts, architecture) = (config.Layers.Select(layer => layer.FeedForward).ToList(), place.Name);
        var (gated, mixture) = (parts.OfType<GatedDescription>().FirstOrDefault(), parts.OfType<MixtureDescription>().FirstOrDefault());
        metadata.Set($"{architecture}.feed_forward_length", (uint)(gated?.IntermediateSize ?? mixture!.IntermediateSize));
        if (mixture is null)
        {
            return;
        }

        metadata.Set($"{architecture}.expert_feed_forward_length", (uint)mixture.IntermediateSize);
        metadata.Set($"{architecture}.expert_count", (uint)mixture.Experts);
        metadata.Set($"{architecture}.expert_used_count", (uint)mixture.Router.Choices);
        if (place.Traits.StatesRouting)
        {
            metadata.Set($"{architecture}.leading_dense_block_count", (uint)parts.TakeWhile(part => part is GatedDescription).Count());
            metadata.Set($"{architecture}.expert_shared_count", (uint)(mixture.Shared!.IntermediateSize / mixture.IntermediateSize));
            DescribeRouting(mixture.Router, architecture, metadata);
        }
        else if (mixture.Shared is { } shared)
        {
            metadata.Set($"{architecture}.expert_shared_feed_forward_length", (uint)shared.IntermediateSize);
        }
    }

    private static void DescribeRouting(RouterDescription router, string architecture, GgufMetadata metadata)
    {
        metadata.Set($"{architecture}.expert_gating_func", router.Scores == ScoreFunction.Sigmoid ? Sigmoid : Softmax);
        metadata.Set($"{architecture}.expert_weights_norm", router.Normalised);
        metadata.Set($"{architecture}.expert_weights_scale", (float)router.Scale);
        if (router.Groups > router.KeptGroups)
        {
            metadata.Set($"{architecture}.expert_group_count", (uint)router.Groups);
            metadata.Set($"{architecture}.expert_group_used_count", (uint)router.KeptGroups);
        }
    }
}
