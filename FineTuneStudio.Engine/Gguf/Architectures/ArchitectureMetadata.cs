using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models.Configuration;

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
        var (architecture, check) = (place.Name, new ArchitectureCheck(config, place.Traits));
        UserErrorException.ThrowIfAny(check.Strange().Select(what => new UserError(config.Family, $"The model has {what}, which llama.cpp does not compute in its architecture '{architecture}'. Export it merged as safetensors instead.")));
        metadata.Set($"{architecture}.context_length", (uint)(place.Traits.HasWindows ? config.ContextLength : ContextLength(config, notes)));
        metadata.Set($"{architecture}.embedding_length", (uint)config.HiddenSize);
        metadata.Set($"{architecture}.block_count", (uint)config.Layers.Count);
        ExpertMetadata.Describe(config, place, metadata);
        AttentionMetadata.Describe(config, architecture, metadata, notes);
        metadata.Set($"{architecture}.attention.layer_norm_rms_epsilon", (float)config.NormEpsilon);
        metadata.Set($"{architecture}.vocab_size", (uint)config.VocabularySize);
        RopeMetadata.Describe(config, architecture, metadata, notes);
        if (place.Traits.HasWindows)
        {
            metadata.Set($"{architecture}.attention.sliding_window", (uint)config.Layers.Max(layer => layer.Attention.Window)!.Value);
            metadata.Set($"{architecture}.attention.sliding_window_pattern", (uint)check.WindowPeriod()!.Value);
        }

        if (place.Traits.HasFactors)
        {
            DescribeFactors(config, architecture, metadata);
        }

        metadata.SetOptional($"{architecture}.final_logit_softcapping", (float?)config.LogitSoftCap);
    }

    private static void DescribeFactors(ModelConfig config, string architecture, GgufMetadata metadata)
    {
        metadata.Set($"{architecture}.embedding_scale", (float)config.EmbeddingScale);
        metadata.Set($"{architecture}.residual_scale", (float)config.Layers[0].ResidualScale);
        metadata.Set($"{architecture}.attention.scale", (float)((GroupedQueryDescription)config.Layers[0].Attention).Scale);

        // llama.cpp divides by it.
        metadata.Set($"{architecture}.logit_scale", (float)(1 / config.LogitScale));
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
