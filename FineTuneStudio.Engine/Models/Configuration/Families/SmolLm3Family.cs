namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>SmolLM3: Llama's layers, every fourth without rope.</summary>
internal static class SmolLm3Family
{
    private const int LayersToOneWithoutRope = 4;

    public static ModelFamily Family { get; } = new("smollm3", "SmolLM3ForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 4, "max_position_embeddings": 32768, "rope_theta": 2000000 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var (attention, feedForward) = (fields.Attention(), fields.FeedForward());
        var interval = config.Int("no_rope_layer_interval", LayersToOneWithoutRope);

        // In spite of the field's name, 1 is a layer with rope.
        var listed = config.Ints("no_rope_layers");
        bool HasRope(int layer) => listed is null || layer >= listed.Count ? (layer + 1) % interval != 0 : listed[layer] != 0;

        var window = SlidingLayers.IfSwitchedOn(config, layer => !HasRope(layer));
        return fields.Model(
            index => new(attention with { Rope = HasRope(index) ? attention.Rope : null, Window = window(index) }, feedForward), tiedEmbeddings: true);
    }
}
