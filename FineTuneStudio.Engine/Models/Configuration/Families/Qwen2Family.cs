namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Qwen2 and Qwen2.5: biases on q, k and v; a sliding window only where <c>use_sliding_window</c> asks for it.</summary>
internal static class Qwen2Family
{
    public static ModelFamily Family { get; } = new("qwen2", "Qwen2ForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 32, "max_position_embeddings": 32768, "sliding_window": 4096 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var (attention, feedForward) = (fields.Attention() with { QueryKeyValueBias = true }, fields.FeedForward());
        var window = SlidingLayers.OfQwen(config);
        return fields.Model(index => new(attention with { Window = window(index) }, feedForward));
    }
}
