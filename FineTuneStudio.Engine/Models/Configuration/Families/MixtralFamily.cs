namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>Mixtral: Mistral's attention, experts in every layer, weights of the chosen ones divided by their sum.</summary>
internal static class MixtralFamily
{
    public static ModelFamily Family { get; } = new("mixtral", "MixtralForCausalLM", Read)
    {
        Defaults = """{ "num_key_value_heads": 8, "max_position_embeddings": 131072, "rms_norm_eps": 1e-5, "rope_theta": 1000000, "num_experts_per_tok": 2 }""",
    };

    private static ModelConfig Read(ConfigFields config, ModelFamily family)
    {
        var fields = new DecoderFields(config, family);
        int? window = config.Has("sliding_window") ? config.Int("sliding_window") : null;
        ExpertFields.ExpectSilu(config);
        var experts = ExpertFields.Count(config, "num_local_experts");
        var mixture = new MixtureDescription
        {
            Experts = experts,
            IntermediateSize = config.Int("intermediate_size"),
            Names = ExpertNames.Mixtral,
            Router = new RouterDescription
            {
                Choices = ExpertFields.Choices(config, experts),
                Normalised = true,
                BalanceWeight = ExpertFields.BalanceWeight(config, 0.001),
            },
        };
        var layer = new LayerDescription(fields.Attention() with { Window = window }, mixture);
        return fields.Model(_ => layer);
    }
}
