namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>The fields that families with experts share.</summary>
internal static class ExpertFields
{
    // One number, which each family has a name for, and which transformers writes under one of the others as well.
    private static readonly string[] Counts = ["num_experts", "num_local_experts", "n_routed_experts"];

    /// <summary>How many experts there are.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="field">The family's own name of it.</param>
    public static int Count(ConfigFields config, string field)
        => config.Int(config.Has(field) ? field : Counts.FirstOrDefault(config.Has, field));

    /// <summary>Refuses experts with another activation than the one that is built.</summary>
    public static void ExpectSilu(ConfigFields config)
    {
        if (config.Text("hidden_act", "silu") is var name && name is not ("silu" or "swish"))
        {
            config.Refuse("hidden_act", $"is '{name}'; of experts silu is built.");
        }
    }

    /// <summary>Experts of each token.</summary>
    public static int Choices(ConfigFields config, int experts)
    {
        var choices = config.Int("num_experts_per_tok");
        if (choices > experts)
        {
            config.Refuse("num_experts_per_tok", $"is {choices}, but there are only {experts} experts.");
        }

        return Math.Min(choices, experts);
    }

    /// <summary>Factor on the balance in the loss. As in transformers it counts only where <c>output_router_logits</c> switches it on.</summary>
    /// <param name="config">The file's fields.</param>
    /// <param name="otherwise">The factor where the file does not say.</param>
    public static double BalanceWeight(ConfigFields config, double otherwise)
    {
        var weight = config.Number("router_aux_loss_coef", otherwise, above: -double.Epsilon);
        return config.Flag("output_router_logits", false) ? weight : 0;
    }

    /// <summary>Qwen's rule of which layers have experts: every so many, but those listed.</summary>
    public static Func<int, bool> SparseLayersOfQwen(ConfigFields config)
    {
        var (step, dense) = (config.Int("decoder_sparse_step", 1), config.Ints("mlp_only_layers") ?? []);
        return layer => !dense.Contains(layer) && (layer + 1) % step == 0;
    }
}
