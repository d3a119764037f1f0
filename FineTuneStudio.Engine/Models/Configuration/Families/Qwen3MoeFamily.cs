namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Qwen3-MoE: Qwen3's normed heads, many small experts, usually with weights divided by their sum.</summary>
internal static class Qwen3MoeFamily
{
    public static ModelFamily Family { get; } = new("qwen3_moe", "Qwen3MoeForCausalLM", Read);

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        var (attention, dense) = (fields.Attention() with { QueryKeyNorm = QueryKeyNorm.PerHead }, fields.FeedForward());
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
        var (isSparse, window) = (ExpertFields.SparseLayersOfQwen(config), SlidingLayers.OfQwen(config));
        return fields.Model(index => new(attention with { Window = window(index) }, isSparse(index) ? mixture : dense));
    }
}
