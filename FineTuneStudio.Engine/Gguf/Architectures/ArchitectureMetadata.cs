using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>A network's numbers under llama.cpp's keys.</summary>
internal static class ArchitectureMetadata
{
    /// <summary>Sets them.</summary>
    /// <param name="config">The network.</param>
    /// <param name="place">llama.cpp's architecture for it; with its name every key begins.</param>
    /// <param name="metadata">Where to.</param>
    /// <param name="notes">What a person should know.</param>
    /// <exception cref="UserErrorException">The network does what llama.cpp does not; every such thing is named.</exception>
    public static void Describe(ModelConfig config, GgufArchitecture place, GgufMetadata metadata, List<string> notes)
    {
        var architecture = place.Name;
        UserErrorException.ThrowIfAny(Strange(config, place).Select(what => new UserError(config.Family, $"The model has {what}, which llama.cpp does not compute in its architecture '{architecture}'. Export it merged as safetensors instead.")));
        var attention = (GroupedQueryDescription)config.Layers[0].Attention;
        metadata.Set($"{architecture}.context_length", (uint)ContextLength(config, notes));
        metadata.Set($"{architecture}.embedding_length", (uint)config.HiddenSize);
        metadata.Set($"{architecture}.block_count", (uint)config.Layers.Count);
        DescribeFeedForward(config.Layers[0].FeedForward, architecture, metadata);
        metadata.Set($"{architecture}.attention.head_count", (uint)attention.Heads);
        metadata.Set($"{architecture}.attention.head_count_kv", (uint)attention.KeyValueHeads);
        metadata.Set($"{architecture}.attention.key_length", (uint)attention.HeadSize);
        metadata.Set($"{architecture}.attention.value_length", (uint)attention.HeadSize);
        metadata.Set($"{architecture}.attention.layer_norm_rms_epsilon", (float)config.NormEpsilon);
        metadata.Set($"{architecture}.vocab_size", (uint)config.VocabularySize);
        metadata.Set($"{architecture}.rope.dimension_count", (uint)attention.Rope!.Size);
        RopeMetadata.Describe(attention.Rope, architecture, metadata, notes);
    }

    private static void DescribeFeedForward(FeedForwardDescription description, string architecture, GgufMetadata metadata)
    {
        if (description is GatedDescription gated)
        {
            metadata.Set($"{architecture}.feed_forward_length", (uint)gated.IntermediateSize);
            return;
        }

        var mixture = (MixtureDescription)description;
        metadata.Set($"{architecture}.feed_forward_length", (uint)mixture.IntermediateSize);
        metadata.Set($"{architecture}.expert_feed_forward_length", (uint)mixture.IntermediateSize);
        metadata.Set($"{architecture}.expert_count", (uint)mixture.Experts);
        metadata.Set($"{architecture}.expert_used_count", (uint)mixture.Router.Choices);
        if (mixture.Shared is { } shared)
        {
            metadata.Set($"{architecture}.expert_shared_feed_forward_length", (uint)shared.IntermediateSize);
        }
    }

    private static IEnumerable<string> Strange(ModelConfig config, GgufArchitecture place)
    {
        var first = config.Layers[0];
        if (config.Layers.Any(layer => layer with { Attention = layer.Attention with { Window = null } } != first with { Attention = first.Attention with { Window = null } }))
        {
            yield return "layers that differ from each other";
        }

        if (first.Attention is not GroupedQueryDescription { SoftCap: null, Sinks: false, FusedProjections: false, Rope: not null } attention)
        {
            yield return "another kind of attention";
        }
        else if (attention.Scale != 1 / Math.Sqrt(attention.HeadSize))
        {
            yield return $"scores multiplied by {attention.Scale:G6} instead of one over the root of the head size";
        }

        if (first.FeedForward is MixtureDescription mixture && place.DividesExpertWeights is { } divides)
        {
            if (mixture.Router.Normalised != divides)
            {
                yield return $"weights of experts that are {(divides ? "not " : "")}divided by their sum";
            }
        }
        else if (first.FeedForward is not GatedDescription { Activation: Activation.Silu, FusedProjections: false } || place.DividesExpertWeights is not null)
        {
            yield return "another kind of feed-forward part";
        }

        if (config.OffsetNorms || first.Norms != NormPlacement.Before)
        {
            yield return "norms of another kind or in another place";
        }

        if (config.EmbeddingScale != 1 || config.LogitScale != 1 || first.ResidualScale != 1 || config.LogitSoftCap is not null)
        {
            yield return "factors or a bound on embeddings, layers or logits";
        }
    }

    // llama.cpp ignores the window of these architectures; up to its length there is no difference.
    private static int ContextLength(ModelConfig config, List<string> notes)
    {
        var window = config.Layers.Min(layer => layer.Attention.Window) ?? int.MaxValue;
        if (window < config.ContextLength)
        {
            notes.Add($"The model looks back {window} tokens at most, which llama.cpp does not limit in this architecture; the file states a context of {window}, up to which both are the same.");
        }

        return Math.Min(window, config.ContextLength);
    }
}
