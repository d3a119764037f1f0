using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Rotary embedding under llama.cpp's keys.</summary>
internal static class RopeMetadata
{
    private const double LlamaBetaFast = 32;
    private const double LlamaBetaSlow = 1;

    /// <summary>Sets kind and numbers.</summary>
    /// <exception cref="UserErrorException">llama.cpp turns positions otherwise.</exception>
    public static void Describe(ModelConfig config, string architecture, GgufMetadata metadata, List<string> notes)
    {
        var rope = Main(config);
        metadata.Set($"{architecture}.rope.dimension_count", (uint)rope.Size);
        metadata.Set($"{architecture}.rope.freq_base", (float)rope.Theta);
        if (config.Layers.Select(layer => layer.Attention).FirstOrDefault(attention => attention.Window is not null && attention.Rope is not null && attention.Rope != rope) is { } near)
        {
            metadata.Set($"{architecture}.rope.freq_base_swa", (float)near.Rope!.Theta);
        }

        switch (rope.Kind)
        {
            case RopeKind.Linear:
                metadata.Set($"{architecture}.rope.scaling.type", "linear");
                metadata.Set($"{architecture}.rope.scaling.factor", (float)rope.Factor);
                break;
            case RopeKind.Yarn:
                DescribeYarn(rope, config.Layers[0].Attention as LatentDescription, architecture, metadata, notes);
                break;
            case RopeKind.LongRope:
                metadata.Set($"{architecture}.rope.scaling.original_context_length", (uint)rope.TrainedLength);
                metadata.Set($"{architecture}.rope.scaling.attn_factor", (float)rope.AttentionFactor);
                notes.Add($"The model changes its rotary factors for sequences beyond {rope.TrainedLength} tokens; llama.cpp takes the ones or the others by the size of the context that it is started with (-c), whatever the length of a sequence.");
                break;
            case RopeKind.Dynamic:
                notes.Add($"The model stretches its positions beyond {rope.TrainedLength} tokens; llama.cpp does not, so answers beyond that length differ.");
                break;
            default:
                break;
        }
    }

    /// <summary>What each plain frequency is divided by, where that is written as a tensor: its name, and the factors.</summary>
    public static IEnumerable<(string Name, float[] Factors)> Factors(ModelConfig config)
    {
        var rope = Main(config);
        if (rope.Kind == RopeKind.Llama3)
        {
            var plain = RopeFrequencies.Of(rope with { Kind = RopeKind.Default }, rope.TrainedLength);
            yield return ("rope_freqs.weight", [.. RopeFrequencies.Of(rope, rope.TrainedLength).Zip(plain, (scaled, frequency) => (float)(frequency / scaled))]);
        }
        else if (rope.Kind == RopeKind.LongRope)
        {
            yield return ("rope_factors_long.weight", [.. rope.LongFactors.Select(factor => (float)factor)]);
            yield return ("rope_factors_short.weight", [.. rope.ShortFactors.Select(factor => (float)factor)]);
        }
    }

    // Of layers with a window the rope may be another, without scaling; some layers have none.
    private static RopeDescription Main(ModelConfig config)
    {
        var attentions = config.Layers.Select(layer => layer.Attention).Where(attention => attention.Rope is not null).ToList();
        return (attentions.Find(attention => attention.Window is null) ?? attentions[0]).Rope!;
    }

    private static void DescribeYarn(RopeDescription rope, LatentDescription? latent, string architecture, GgufMetadata metadata, List<string> notes)
    {
        var stretch = RopeReader.AttentionScale(rope.Factor);
        metadata.Set($"{architecture}.rope.scaling.type", "yarn");
        metadata.Set($"{architecture}.rope.scaling.factor", (float)rope.Factor);
        metadata.Set($"{architecture}.rope.scaling.original_context_length", (uint)rope.TrainedLength);
        metadata.Set($"{architecture}.rope.scaling.yarn_beta_fast", (float)rope.BetaFast);
        metadata.Set($"{architecture}.rope.scaling.yarn_beta_slow", (float)rope.BetaSlow);
        CheckRamp(rope, latent is not null, notes);
        if (latent is null)
        {
            // llama.cpp multiplies cosine and sine by its own factor and by this one.
            metadata.Set($"{architecture}.rope.scaling.attn_factor", (float)(rope.AttentionFactor / stretch));
        }
        else
        {
            // Scores are sharpened by the square of 1 + 0.1 m ln(factor); the file holds a tenth of m.
            var sharpness = Math.Sqrt(latent.Scale * Math.Sqrt(latent.KeySize));
            metadata.Set($"{architecture}.rope.scaling.yarn_log_multiplier", stretch == 1 ? 0f : (float)(0.1 * (sharpness - 1) / (stretch - 1)));
        }

        if (!rope.Truncate)
        {
            notes.Add("The model's YaRN ramp ends between whole dimensions; llama.cpp rounds its ends.");
        }
    }

    // llama.cpp has one ramp for all, whatever the file says. Every file of Kimi-K2 lives with that; of other models there are files without.
    private static void CheckRamp(RopeDescription rope, bool isLatent, List<string> notes)
    {
        var theirs = RopeFrequencies.Of(rope with { BetaFast = LlamaBetaFast, BetaSlow = LlamaBetaSlow }, rope.TrainedLength);
        if (RopeFrequencies.Of(rope, rope.TrainedLength).Zip(theirs, (own, other) => Math.Abs((own / other) - 1)).Max() < 1e-6)
        {
            return;
        }

        var what = $"The model's YaRN ramp runs from {rope.BetaFast} to {rope.BetaSlow} rotations; llama.cpp always takes {LlamaBetaFast} and {LlamaBetaSlow}";
        if (!isLatent)
        {
            throw new UserErrorException("rope_scaling", $"{what}. Export the model merged as safetensors instead.");
        }

        notes.Add($"{what}, so some of its frequencies are stretched less there.");
    }
}
