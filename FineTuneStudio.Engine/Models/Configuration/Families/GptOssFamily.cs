namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>gpt-oss: sinks, every other layer behind a window, biases everywhere, experts in one tensor with a clamped activation.</summary>
internal static class GptOssFamily
{
    private const int HeadSize = 64;
    private const double ClampLimit = 7;

    public static ModelFamily Family { get; } = new("gpt_oss", "GptOssForCausalLM", Read)
    {
        Defaults = """
            {
              "num_key_value_heads": 8, "max_position_embeddings": 131072, "rms_norm_eps": 1e-5, "rope_theta": 150000, "sliding_window": 128, "num_experts_per_tok": 4,
              "rope_scaling": { "rope_type": "yarn", "factor": 32, "beta_fast": 32, "beta_slow": 1, "truncate": false, "original_max_position_embeddings": 4096 }
            }
            """,
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family, HeadSize);
        var attention = fields.Attention() with { Sinks = true, QueryKeyValueBias = true, OutputBias = true };
        var experts = ExpertFields.Count(config, "num_local_experts");
        var mixture = new MixtureDescription
        {
            Experts = experts,
            IntermediateSize = config.Int("intermediate_size"),
            Names = ExpertNames.Stacked,
            ClampLimit = config.Number("swiglu_limit", ClampLimit),
            ClampSteepness = config.Number("swiglu_alpha", MixtureDescription.UsualSteepness),
            Router = new RouterDescription
            {
                Choices = ExpertFields.Choices(config, experts),

                // Softmax over the chosen logits: the shares of all, divided by the sum of the chosen.
                Normalised = true,
                HasBias = true,
                BalanceWeight = ExpertFields.BalanceWeight(config, 0.9),
            },
        };
        var window = SlidingLayers.Of(config, layer => layer % 2 == 0);
        return fields.Model(index => new(attention with { Window = window(index) }, mixture));
    }
}
