namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>DeepSeek-V3 and R1, and Kimi-K2, which is the same network: sigmoid scores, a correction that balances the choice, weights divided by their sum and scaled.</summary>
internal static class DeepSeekV3Family
{
    private const int BestOfGroup = 2;

    private const string LeftOut =
        """
        {
          "max_position_embeddings": 4096, "q_lora_rank": 1536, "n_shared_experts": 1, "num_experts_per_tok": 8, "n_group": 8, "topk_group": 4,
          "routed_scaling_factor": 2.5, "first_k_dense_replace": 3
        }
        """;

    public static ModelFamily Family { get; } = new("deepseek_v3", "DeepseekV3ForCausalLM", Read) { Defaults = LeftOut };

    public static ModelFamily KimiK2 { get; } = new("kimi_k2", "DeepseekV3ForCausalLM", Read) { Defaults = LeftOut };

    private static ModelConfig Read(ConfigFields config, ModelFamily family) => DeepSeekFields.Read(config, family, experts => Router(config, experts));

    private static RouterDescription Router(ConfigFields config, int experts)
    {
        DeepSeekFields.Expect(config, "topk_method", "noaux_tc");
        DeepSeekFields.Expect(config, "scoring_func", "sigmoid");
        var (groups, kept) = DeepSeekFields.Groups(config, experts);
        return new RouterDescription
        {
            Choices = ExpertFields.Choices(config, experts),
            Scores = ScoreFunction.Sigmoid,
            Normalised = config.Flag("norm_topk_prob", true),
            Scale = config.Number("routed_scaling_factor", 1),
            Groups = groups,
            KeptGroups = kept,
            BestOfGroup = Math.Min(BestOfGroup, experts / groups),
            HasCorrection = true,
        };
    }
}
