using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Attention under llama.cpp's keys.</summary>
internal static class AttentionMetadata
{
    /// <summary>Sets heads and widths.</summary>
    public static void Describe(ModelConfig config, string architecture, GgufMetadata metadata, List<string> notes)
    {
        if (config.Layers[0].Attention is LatentDescription latent)
        {
            Describe(latent, architecture, metadata);
            if (latent.NormEpsilon != config.NormEpsilon)
            {
                notes.Add($"The norms of the latents add {latent.NormEpsilon:G2} to the mean of squares in the model, and {config.NormEpsilon:G2} as all others in llama.cpp; scores differ in the fourth digit.");
            }

            return;
        }

        var grouped = (GroupedQueryDescription)config.Layers[0].Attention;
        metadata.Set($"{architecture}.attention.head_count", (uint)grouped.Heads);
        metadata.Set($"{architecture}.attention.head_count_kv", (uint)grouped.KeyValueHeads);
        metadata.Set($"{architecture}.attention.key_length", (uint)grouped.HeadSize);
        metadata.Set($"{architecture}.attention.value_length", (uint)grouped.HeadSize);
        metadata.SetOptional($"{architecture}.attn_logit_softcapping", (float?)grouped.SoftCap);
    }

    // Queries are taken to the latents, so that there is one key for all heads: the latent and the part that turns.
    private static void Describe(LatentDescription latent, string architecture, GgufMetadata metadata)
    {
        metadata.Set($"{architecture}.attention.head_count", (uint)latent.Heads);
        metadata.Set($"{architecture}.attention.head_count_kv", 1u);
        metadata.Set($"{architecture}.attention.key_length", (uint)latent.KeptSize);
        metadata.Set($"{architecture}.attention.value_length", (uint)latent.LatentSize);
        metadata.Set($"{architecture}.attention.key_length_mla", (uint)latent.KeySize);
        metadata.Set($"{architecture}.attention.value_length_mla", (uint)latent.ValueSize);
        metadata.Set($"{architecture}.attention.q_lora_rank", (uint)(latent.QueryLatentSize ?? 0));
        metadata.Set($"{architecture}.attention.kv_lora_rank", (uint)latent.LatentSize);
    }
}
