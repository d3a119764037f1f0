namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Qwen1.5-MoE and Qwen2-MoE: Qwen2's attention; weights of the chosen experts as they are, and a shared expert behind a gate.</summary>
internal static class Qwen2MoeFamily
{
    public static ModelFamily Family { get; } = new("qwen2_moe", "Qwen2MoeForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 16, "max_position_embeddings": 32768, "sliding_window": 4096, "num_experts_per_tok": 4 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var (attention, dense) = (fields.Attention() with { QueryKeyValueBias = true }, fields.FeedForward());
        ExpertFields.ExpectSilu(config);
        var experts = ExpertFields.Count(config, "num_experts");
        var mixture = new MixtureDescription
        {
            Experts = experts,
            IntermediateSize = config.Int("moe_intermediate_size"),
            Shared = new SharedExpertDescription(config.Int("shared_expert_intermediate_size"), "mlp.shared_expert", "mlp.shared_expert_gate"),
            Router = new RouterDescription
            {
                Choices = ExpertFields.Choices(config, experts),
                Normalised = config.Flag("norm_topk_prob", false),
                BalanceWeight = ExpertFields.BalanceWeight(config, 0.001),
            },
        };
        var (isSparse, window) = (ExpertFields.SparseLayersOfQwen(config), SlidingLayers.OfQwen2Mixture(config));
        return fields.Model(index => new(attention with { Window = window(index) }, isSparse(index) ? mixture : dense));
    }
}
