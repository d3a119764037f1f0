using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Rotary embedding under llama.cpp's keys.</summary>
internal static class RopeMetadata
{
    /// <summary>The tensor of factors that frequencies are divided by.</summary>
    public const string FactorsName = "rope_freqs.weight";

    /// <summary>Sets kind and numbers.</summary>
    public static void Describe(RopeDescription rope, string architecture, GgufMetadata metadata, List<string> notes)
    {
        metadata.Set($"{architecture}.rope.freq_base", (float)rope.Theta);
        switch (rope.Kind)
        {
            case RopeKind.Linear:
                metadata.Set($"{architecture}.rope.scaling.type", "linear");
                metadata.Set($"{architecture}.rope.scaling.factor", (float)rope.Factor);
                break;
            case RopeKind.Yarn when rope.BetaFast != 32 || rope.BetaSlow != 1:
                throw new UserErrorException("rope_scaling", $"Its YaRN ramp runs from {rope.BetaFast} to {rope.BetaSlow} rotations; llama.cpp always takes 32 and 1 in this architecture. Export the model merged as safetensors instead.");
            case RopeKind.Yarn:
                metadata.Set($"{architecture}.rope.scaling.type", "yarn");
                metadata.Set($"{architecture}.rope.scaling.factor", (float)rope.Factor);
                metadata.Set($"{architecture}.rope.scaling.original_context_length", (uint)rope.TrainedLength);

                // llama.cpp multiplies cosine and sine by its own factor and by this one.
                metadata.Set($"{architecture}.rope.scaling.attn_factor", (float)(rope.AttentionFactor / ((0.1 * Math.Log(rope.Factor)) + 1)));
                if (!rope.Truncate)
                {
                    notes.Add("The model's YaRN ramp ends between whole dimensions; llama.cpp rounds its ends.");
                }

                break;
            case RopeKind.Dynamic:
                notes.Add($"The model stretches its positions beyond {rope.TrainedLength} tokens; llama.cpp does not, so answers beyond that length differ.");
                break;
            default:
                break;
        }
    }

    /// <summary>What each plain frequency is divided by, where the kind is written as a tensor; else <see langword="null"/>.</summary>
    public static float[]? Factors(RopeDescription rope)
    {
        if (rope.Kind != RopeKind.Llama3)
        {
            return null;
        }

        var plain = RopeFrequencies.Of(rope with { Kind = RopeKind.Default }, rope.TrainedLength);
        return [.. RopeFrequencies.Of(rope, rope.TrainedLength).Zip(plain, (scaled, frequency) => (float)(frequency / scaled))];
    }
}
