namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Granite 3: Llama's layers with a factor on embeddings, scores, each layer's additions and logits.</summary>
internal static class GraniteFamily
{
    public static ModelFamily Family { get; } = new("granite", "GraniteForCausalLM", Read)
    {
        Defaults = """{ "max_position_embeddings": 2048 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var attention = fields.Attention() with { Scale = config.Number("attention_multiplier", 1) };
        var layer = new LayerDescription(attention, fields.FeedForward()) { ResidualScale = config.Number("residual_multiplier", 1) };
        return fields.Model(_ => layer) with
        {
            EmbeddingScale = config.Number("embedding_multiplier", 1),
            LogitScale = 1 / config.Number("logits_scaling", 1),
        };
    }
}
