namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>
/// Gemma 3, the text models: four norms a layer, queries and keys normed head by head, and five layers with a window and a rope of their
/// own to each one without.
/// </summary>
internal static class Gemma3Family
{
    private const int LayersToOneWithoutWindow = 6;
    private const double LocalTheta = 10_000;
    private const double GlobalTheta = 1_000_000;

    public static ModelFamily Family { get; } = new("gemma3_text", "Gemma3ForCausalLM", Read)
    {
        Aliases = ["gemma3"],
        Defaults = """{ "num_key_value_heads": 4, "max_position_embeddings": 131072, "sliding_window": 4096 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        if (config.Has("text_config") || config.Has("vision_config"))
        {
            throw config.Fault("text_config", "is there: this is a model of text and images, which is not built. The family's text models are: gemma-3-270m, gemma-3-1b.");
        }

        if (config.Flag("use_bidirectional_attention", false))
        {
            config.Refuse("use_bidirectional_attention", "is true; only models that generate from left to right are built.");
        }

        var fields = new DecoderFields(config, family, GemmaFamily.HeadSize);
        var pattern = config.Int("sliding_window_pattern", config.Int("_sliding_window_pattern", LayersToOneWithoutWindow));
        var window = SlidingLayers.Of(config, layer => (layer + 1) % pattern != 0);
        var ropes = new RopeReader(config, fields.HeadSize, fields.ContextLength);
        var everywhere = ropes.ReadOf("full_attention", GlobalTheta) ?? ropes.Read(GlobalTheta);
        var nearby = ropes.ReadOf("sliding_attention", LocalTheta)
            ?? new RopeDescription { Size = fields.HeadSize, Theta = config.Number("rope_local_base_freq", LocalTheta) };
        var attention = fields.Attention(everywhere) with
        {
            Scale = Math.Pow(config.Number("query_pre_attn_scalar", GemmaFamily.HeadSize), -0.5),
            SoftCap = config.OptionalNumber("attn_logit_softcapping"),
            QueryKeyNorm = QueryKeyNorm.PerHead,
        };
        var feedForward = GemmaFamily.FeedForward(fields);
        return GemmaFamily.Model(fields, index => new(Layer(window(index)), feedForward) { Norms = NormPlacement.Both }) with
        {
            LogitSoftCap = config.OptionalNumber("final_logit_softcapping"),
        };

        GroupedQueryDescription Layer(int? width) => attention with { Window = width, Rope = width is null ? everywhere : nearby };
    }
}
