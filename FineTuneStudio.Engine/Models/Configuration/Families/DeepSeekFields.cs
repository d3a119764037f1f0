namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>What DeepSeek-V2, DeepSeek-V3 and Kimi-K2 share: latent attention, first layers dense, shared experts.</summary>
internal static class DeepSeekFields
{
    /// <summary>The network, with routers of the family's own.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="family">Whose file it is.</param>
    /// <param name="router">From the number of experts.</param>
    public static ModelConfig Read(ConfigFields config, ModelFamily family, Func<int, RouterDescription> router)
    {
        var fields = new DecoderFields(config, family, config.Int("qk_rope_head_dim"));
        var (attention, dense) = (Attention(config, fields), fields.FeedForward());
        if (!config.Has("n_routed_experts"))
        {
            return fields.Model(_ => new(attention, dense));
        }

        var mixture = Mixture(config, router);
        var (first, step) = (config.Int("first_k_dense_replace", 0, least: 0), config.Int("moe_layer_freq", 1));
        return fields.Model(index => new(attention, index >= first && index % step == 0 ? mixture : dense));
    }

    /// <summary>Groups of experts and how many of them a token may choose from.</summary>
    public static (int Groups, int Kept) Groups(ConfigFields config, int experts)
    {
        var (groups, kept) = (config.Int("n_group", 1), config.Int("topk_group", 1));
        if (experts % groups != 0)
        {
            config.Refuse("n_group", $"is {groups}, which does not divide the {experts} experts.");
            return (1, 1);
        }

        if (kept > groups || kept * (experts / groups) < config.Int("num_experts_per_tok"))
        {
            config.Refuse("topk_group", $"is {kept} of {groups} groups, which do not hold the {config.Int("num_experts_per_tok")} experts of a token.");
            return (1, 1);
        }

        return (groups, kept);
    }

    /// <summary>Refuses a field that says another algorithm than the family's.</summary>
    public static void Expect(ConfigFields config, string field, params string[] known)
    {
        var value = config.Text(field, known[0]);
        if (!known.Contains(value))
        {
            config.Refuse(field, $"is '{value}'; {string.Join(" and ", known)} {(known.Length == 1 ? "is" : "are")} built.");
        }
    }

    private static LatentDescription Attention(ConfigFields config, DecoderFields fields)
    {
        var (plain, turning) = (config.Int("qk_nope_head_dim"), config.Int("qk_rope_head_dim"));
        return new LatentDescription
        {
            Heads = fields.Heads,
            QueryLatentSize = config.Has("q_lora_rank") ? config.Int("q_lora_rank") : null,
            LatentSize = config.Int("kv_lora_rank"),
            PlainSize = plain,
            TurningSize = turning,
            ValueSize = config.Int("v_head_dim"),
            Scale = Sharpness(config) / Math.Sqrt(plain + turning),
            InterleavedRope = config.Flag("rope_interleave", true),
            Rope = new RopeReader(config, turning, fields.ContextLength).Read(),
        };
    }

    // Stretched positions blur the scores; YaRN's factor for all dimensions, squared, sharpens them again.
    private static double Sharpness(ConfigFields config)
    {
        var scaling = config.Object("rope_parameters") ?? config.Object("rope_scaling");
        if (scaling is null || !scaling.Has("mscale_all_dim") || scaling.Text("rope_type", scaling.Text("type", "default")) == "default")
        {
            return 1;
        }

        var scale = RopeReader.AttentionScale(scaling.Number("factor"), scaling.Number("mscale_all_dim", above: -double.Epsilon));
        return scale * scale;
    }

    private static MixtureDescription Mixture(ConfigFields config, Func<int, RouterDescription> router)
    {
        ExpertFields.ExpectSilu(config);
        var experts = ExpertFields.Count(config, "n_routed_experts");
        var inner = config.Int("moe_intermediate_size");
        var shared = config.Int("n_shared_experts", 0, least: 0);
        return new MixtureDescription
        {
            Experts = experts,
            IntermediateSize = inner,
            Shared = shared == 0 ? null : new SharedExpertDescription(shared * inner, "mlp.shared_experts"),
            Router = router(experts),
        };
    }
}
