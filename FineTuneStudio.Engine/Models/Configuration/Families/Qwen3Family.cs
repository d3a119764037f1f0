namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Qwen3: heads of 128 whatever the stream's width, queries and keys normed head by head.</summary>
internal static class Qwen3Family
{
    public const int HeadSize = 128;

    public static ModelFamily Family { get; } = new("qwen3", "Qwen3ForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 32, "max_position_embeddings": 32768, "sliding_window": 4096 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family, HeadSize);
        var (attention, feedForward) = (fields.Attention() with { QueryKeyNorm = QueryKeyNorm.PerHead }, fields.FeedForward());
        var window = SlidingLayers.OfQwen(config);
        return fields.Model(index => new(attention with { Window = window(index) }, feedForward));
    }
}
