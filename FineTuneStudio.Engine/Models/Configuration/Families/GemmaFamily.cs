namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Gemma: norms by <c>1 + weight</c>, embeddings times the root of the stream's width, GELU, the embedding as the head.</summary>
internal static class GemmaFamily
{
    public const int HeadSize = 256;

    public static ModelFamily Family { get; } = new("gemma", "GemmaForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 16, "max_position_embeddings": 8192 }""",
    };

    /// <summary>What all Gemmas share; the layers' parts differ.</summary>
    public static ModelConfig Model(DecoderFields fields, Func<int, LayerDescription> layer)
        => fields.Model(layer, tiedEmbeddings: true) with { OffsetNorms = true, EmbeddingScale = Math.Sqrt(fields.HiddenSize) };

    /// <summary>The feed-forward part: GELU in its tanh form, whatever the older files' <c>hidden_act</c> says.</summary>
    public static GatedDescription FeedForward(DecoderFields fields) => fields.FeedForward("hidden_activation", "gelu_pytorch_tanh");

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family, HeadSize);
        var layer = new LayerDescription(fields.Attention(), FeedForward(fields));
        return Model(fields, _ => layer);
    }
}
