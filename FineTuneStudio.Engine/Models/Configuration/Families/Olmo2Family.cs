namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>OLMo 2: norms after each part instead of before it, queries and keys normed over all heads at once.</summary>
internal static class Olmo2Family
{
    public static ModelFamily Family { get; } = new("olmo2", "Olmo2ForCausalLM", Read)
    {
        Defaults = """{ "max_position_embeddings": 2048, "rms_norm_eps": 1e-5 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var attention = fields.Attention() with { QueryKeyNorm = QueryKeyNorm.Whole };
        var layer = new LayerDescription(attention, fields.FeedForward()) { Norms = NormPlacement.After };
        return fields.Model(_ => layer);
    }
}
