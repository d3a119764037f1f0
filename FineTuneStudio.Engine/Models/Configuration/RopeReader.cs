namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Reads rotary embedding from <c>config.json</c>: older files have <c>rope_theta</c> and <c>rope_scaling</c>, newer ones <c>rope_parameters</c>.</summary>
internal static class RopeReader
{
    private const double DefaultTheta = 10_000;
    private const string Known = "default, linear, dynamic, llama3, yarn";

    /// <param name="config">The file's fields.</param>
    /// <param name="size">Width of a head.</param>
    /// <param name="contextLength"><c>max_position_embeddings</c>.</param>
    public static RopeDescription Read(ConfigFields config, int size, int contextLength)
    {
        if (size % 2 != 0)
        {
            config.Refuse("head_dim", $"is {size}; rotary embedding needs an even width.");
        }

        var scaling = config.Object("rope_parameters") ?? config.Object("rope_scaling");
        var theta = scaling?.Number("rope_theta", config.Number("rope_theta", DefaultTheta)) ?? config.Number("rope_theta", DefaultTheta);
        var rope = new RopeDescription { Size = size, Theta = theta };
        foreach (var fields in (ConfigFields[])[config, .. scaling is null ? [] : (ConfigFields[])[scaling]])
        {
            if (fields.Has("partial_rotary_factor") && fields.Number("partial_rotary_factor", 1) != 1)
            {
                fields.Refuse("partial_rotary_factor", "is not 1; heads that turn only in part are not built.");
            }
        }

        if (scaling is null)
        {
            return rope;
        }

        var kind = scaling.Text("rope_type", scaling.Text("type", "default"));
        var trained = scaling.Int("original_max_position_embeddings", config.Int("original_max_position_embeddings", contextLength));
        switch (kind)
        {
            case "default":
                return rope;
            case "linear":
                return rope with { Kind = RopeKind.Linear, Factor = scaling.Number("factor") };
            case "dynamic":
                // The trained length of dynamic scaling is the file's context itself.
                return rope with { Kind = RopeKind.Dynamic, Factor = scaling.Number("factor"), TrainedLength = contextLength };
            case "llama3":
                return rope with
                {
                    Kind = RopeKind.Llama3,
                    Factor = scaling.Number("factor"),
                    LowFrequencyFactor = scaling.Number("low_freq_factor"),
                    HighFrequencyFactor = scaling.Number("high_freq_factor"),
                    TrainedLength = trained,
                };
            case "yarn":
                return Yarn(rope, scaling, trained);
            default:
                scaling.Refuse("rope_type", $"is '{kind}', which is not built; known are {Known}.");
                return rope;
        }
    }

    private static RopeDescription Yarn(RopeDescription rope, ConfigFields scaling, int trained)
    {
        var factor = scaling.Number("factor");
        double MScale(double weight) => factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;
        var attention = scaling.Has("mscale") && scaling.Has("mscale_all_dim")
            ? MScale(scaling.Number("mscale", 1)) / MScale(scaling.Number("mscale_all_dim", 1))
            : MScale(1);
        return rope with
        {
            Kind = RopeKind.Yarn,
            Factor = factor,
            TrainedLength = trained,
            BetaFast = scaling.Number("beta_fast", 32),
            BetaSlow = scaling.Number("beta_slow", 1),
            Truncate = scaling.Flag("truncate", true),
            AttentionFactor = scaling.Number("attention_factor", attention),
        };
    }
}
