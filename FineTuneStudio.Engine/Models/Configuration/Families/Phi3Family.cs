namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Phi-3, Phi-3.5 and Phi-4: q, k and v in one matrix, gate and up in another; LongRoPE in the long-context ones.</summary>
internal static class Phi3Family
{
    public static ModelFamily Family { get; } = new("phi3", "Phi3ForCausalLM", Read)
    {
        Defaults = """{ "max_position_embeddings": 4096, "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-5 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        int? window = config.Has("sliding_window") ? config.Int("sliding_window") : null;
        var attention = fields.Attention() with { FusedProjections = true, Window = window };
        var layer = new LayerDescription(attention, fields.FeedForward() with { FusedProjections = true });
        return fields.Model(_ => layer);
    }
}
