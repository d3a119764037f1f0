using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>A network's numbers under llama.cpp's keys.</summary>
internal static class ArchitectureMetadata
{
    /// <summary>Sets them.</summary>
    /// <param name="config">The network.</param>
    /// <param name="architecture">llama.cpp's name, with which every key begins.</param>
    /// <param name="metadata">Where to.</param>
    /// <param name="notes">What a person should know.</param>
    /// <exception cref="UserErrorException">The network does what llama.cpp does not.</exception>
    public static void Describe(ModelConfig config, string architecture, GgufMetadata metadata, List<string> notes)
    {
        var attention = config.Layers[0].Attention;
        if (config.Layers.Any(layer => layer.Attention with { Window = null } != attention with { Window = null } || layer.FeedForward != config.Layers[0].FeedForward))
        {
            throw new UserErrorException(config.Family, "Its layers differ from each other, which the export to GGUF does not know.");
        }

        if (attention.Scale != 1 / Math.Sqrt(attention.HeadSize))
        {
            throw new UserErrorException(config.Family, $"It multiplies scores by {attention.Scale:G6}; llama.cpp always takes one over the root of the head size.");
        }

        metadata.Set($"{architecture}.context_length", (uint)ContextLength(config, notes));
        metadata.Set($"{architecture}.embedding_length", (uint)config.HiddenSize);
        metadata.Set($"{architecture}.block_count", (uint)config.Layers.Count);
        metadata.Set($"{architecture}.feed_forward_length", (uint)config.Layers[0].FeedForward.IntermediateSize);
        metadata.Set($"{architecture}.attention.head_count", (uint)attention.Heads);
        metadata.Set($"{architecture}.attention.head_count_kv", (uint)attention.KeyValueHeads);
        metadata.Set($"{architecture}.attention.key_length", (uint)attention.HeadSize);
        metadata.Set($"{architecture}.attention.value_length", (uint)attention.HeadSize);
        metadata.Set($"{architecture}.attention.layer_norm_rms_epsilon", (float)config.NormEpsilon);
        metadata.Set($"{architecture}.vocab_size", (uint)config.VocabularySize);
        metadata.Set($"{architecture}.rope.dimension_count", (uint)attention.Rope.Size);
        RopeMetadata.Describe(attention.Rope, architecture, metadata, notes);
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
