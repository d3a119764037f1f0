namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Qwen3-MoE: Qwen3's normed heads, many small experts, usually with weights divided by their sum.</summary>
internal static class Qwen3MoeFamily
{
    public static ModelFamily Family { get; } = new("qwen3_moe", "Qwen3MoeForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 4, "max_position_embeddings": 32768, "sliding_window": 4096, "num_experts_per_tok": 8 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var (attention, dense) = (fields.Attention() with { QueryKeyNorm = QueryKeyNorm.PerHead }, fields.FeedForward());
        ExpertFields.ExpectSilu(config);
        var experts = ExpertFields.Count(config, "num_experts");
        var mixture = new MixtureDescription
        {
            Experts = experts,
            IntermediateSize = config.Int("moe_intermediate_size"),
            Router = new RouterDescription
            {
                Choices = ExpertFields.Choices(config, experts),
                Normalised = config.Flag("norm_topk_prob", false),
                BalanceWeight = ExpertFields.BalanceWeight(config, 0.001),
            },
        };
        var (isSparse, window) = (ExpertFields.SparseLayersOfQwen(config), SlidingLayers.IfSwitchedOn(config, _ => true));
        return fields.Model(index => new(attention with { Window = window(index) }, isSparse(index) ? mixture : dense));
    }
}
