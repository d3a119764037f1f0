namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Llama 2, 3 and 3.x: grouped-query attention and a gated feed-forward part; biases where the file holds them.</summary>
internal static class LlamaFamily
{
    public static ModelFamily Family { get; } = new("llama", "LlamaForCausalLM", Read)
    {
        Defaults = """{ "max_position_embeddings": 2048 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var layer = new LayerDescription(fields.Attention(), fields.FeedForward());
        return fields.Model(_ => layer);
    }
}
