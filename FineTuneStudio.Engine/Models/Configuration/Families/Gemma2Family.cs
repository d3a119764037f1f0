namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Gemma 2: Gemma with four norms a layer, bounded scores and logits, and a window in every other layer.</summary>
internal static class Gemma2Family
{
    public static ModelFamily Family { get; } = new("gemma2", "Gemma2ForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 4, "max_position_embeddings": 8192, "sliding_window": 4096, "attn_logit_softcapping": 50, "final_logit_softcapping": 30 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family, GemmaFamily.HeadSize);
        var attention = fields.Attention() with
        {
            Scale = Math.Pow(config.Number("query_pre_attn_scalar", GemmaFamily.HeadSize), -0.5),
            SoftCap = config.OptionalNumber("attn_logit_softcapping"),
        };
        var feedForward = GemmaFamily.FeedForward(fields);
        var window = SlidingLayers.Of(config, layer => layer % 2 == 0);
        return GemmaFamily.Model(fields, index => new(attention with { Window = window(index) }, feedForward) { Norms = NormPlacement.Both }) with
        {
            LogitSoftCap = config.OptionalNumber("final_logit_softcapping"),
        };
    }
}
