namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Mistral: Llama's layers, and a sliding window in every one where the file has <c>sliding_window</c>.</summary>
internal static class MistralFamily
{
    public static ModelFamily Family { get; } = new("mistral", "MistralForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 8, "max_position_embeddings": 131072, "sliding_window": 4096 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        int? window = config.Has("sliding_window") ? config.Int("sliding_window") : null;
        var layer = new LayerDescription(fields.Attention() with { Window = window }, fields.FeedForward());
        return fields.Model(_ => layer);
    }
}
