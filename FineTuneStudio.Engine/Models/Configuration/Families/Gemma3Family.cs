namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>
/// Gemma 3, the text models, alone or as part of a model of text and images: four norms a layer, queries and keys normed head by head, and five layers with a window and a rope of their
/// own to each one without.
/// </summary>
internal static class Gemma3Family
{
    private const int LayersToOneWithoutWindow = 6;
    private const string TextConfig = "text_config";

    // A text model in a model of images leaves out even sizes: what is Gemma 3 4B's.
    private const string TextDefaults = """
        { "vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4, "max_position_embeddings": 131072, "sliding_window": 4096 }
        """;

    private const double LocalTheta = 10_000;
    private const double GlobalTheta = 1_000_000;

    // Of the whole model's own fields, what counts for its text model too.
    private static readonly string[] OuterFields = ["dtype", "torch_dtype", "tie_word_embeddings", "initializer_range"];

    public static ModelFamily Family { get; } = new("gemma3_text", "Gemma3ForCausalLM", Read)
    {
        Aliases = ["gemma3"],
        Defaults = """{ "num_key_value_heads": 4, "max_position_embeddings": 131072, "sliding_window": 4096 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        if (config.Object(TextConfig, OuterFields, TextDefaults) is { } text)
        {
            if (text.Text("model_type", family.Name) is var type && type != family.Name)
            {
                text.Refuse("model_type", $"is '{type}'; expected {family.Name}.");
            }

            return ReadText(text, family) with { IsTextPart = true };
        }

        return config.Has("vision_config")
            ? throw config.Fault("text_config", "is missing beside vision_config; a model of text and images has the text model's sizes there.")
            : ReadText(config, family);
    }

    private static ModelConfig ReadText(ConfigFields config, ModelFamily family)
    {
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
