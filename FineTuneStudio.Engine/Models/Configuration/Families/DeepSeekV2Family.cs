namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>DeepSeek-V2 and V2-Lite: softmax scores, weights not divided by their sum; experts in groups of which a token sees the best.</summary>
internal static class DeepSeekV2Family
{
    private const string InGroups = "group_limited_greedy";

    public static ModelFamily Family { get; } = new("deepseek_v2", "DeepseekV2ForCausalLM", (config, family) => DeepSeekFields.Read(config, family, experts => Router(config, experts)))
    {
        Defaults = """{ "max_position_embeddings": 2048, "q_lora_rank": 1536 }""",
    };

    private static RouterDescription Router(ConfigFields config, int experts)
    {
        DeepSeekFields.Expect(config, "topk_method", "greedy", InGroups);
        DeepSeekFields.Expect(config, "scoring_func", "softmax");
        var (groups, kept) = config.Text("topk_method", "greedy") == InGroups ? DeepSeekFields.Groups(config, experts) : (1, 1);
        var isNormalised = config.Flag("norm_topk_prob", false);
        return new RouterDescription
        {
            Choices = ExpertFields.Choices(config, experts),
            Normalised = isNormalised,

            // In DeepSeek's own code either the one or the other.
            Scale = isNormalised ? 1 : config.Number("routed_scaling_factor", 1),
            Groups = groups,
            KeptGroups = kept,
        };
    }
}
