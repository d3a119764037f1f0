namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Reads rotary embedding from <c>config.json</c>: older files have <c>rope_theta</c> and <c>rope_scaling</c>, newer ones <c>rope_parameters</c>.</summary>
internal sealed class RopeReader
{
    public const double DefaultTheta = 10_000;
    private const string Known = "default, linear, dynamic, llama3, yarn, longrope";

    private readonly ConfigFields _config;
    private readonly int _headSize;
    private readonly int _contextLength;

    /// <param name="config">The file's fields.</param>
    /// <param name="headSize">Width of a head, or of the part of it that is meant to turn.</param>
    /// <param name="contextLength"><c>max_position_embeddings</c>.</param>
    public RopeReader(ConfigFields config, int headSize, int contextLength)
    {
        _config = config;
        _headSize = headSize;
        _contextLength = contextLength;
        if (config.Flag("use_mrope", false))
        {
            config.Refuse("use_mrope", "is true; positions in time, height and width are of models that see pictures, which are not built.");
        }
    }

    /// <summary>YaRN's factor on cosine and sine for a stretch, weighted as DeepSeek's <c>mscale</c> does.</summary>
    public static double AttentionScale(double factor, double weight = 1) => factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;

    /// <summary>The rope of every layer.</summary>
    /// <param name="theta">Base of the frequencies where the file does not say.</param>
    public RopeDescription Read(double theta = DefaultTheta)
        => Read(_config.Object("rope_parameters") ?? _config.Object("rope_scaling"), theta);

    /// <summary>The rope of one type of layer, where <c>rope_parameters</c> has an object for each.</summary>
    /// <param name="layerType"><c>full_attention</c>, <c>sliding_attention</c></param>
    /// <param name="theta">Base of the frequencies where the file does not say.</param>
    /// <returns><see langword="null"/> where the file has no such object.</returns>
    public RopeDescription? ReadOf(string layerType, double theta)
        => _config.Object("rope_parameters") is { } types && types.Object(layerType) is { } parameters ? Read(parameters, theta) : null;

    private RopeDescription Read(ConfigFields? scaling, double otherwise)
    {
        var theta = _config.Number("rope_theta", otherwise);
        var rope = new RopeDescription { Size = Size(scaling), Theta = scaling?.Number("rope_theta", theta) ?? theta };
        if (scaling is null)
        {
            return rope;
        }

        var kind = scaling.Text("rope_type", scaling.Text("type", "default"));
        var trained = scaling.Int("original_max_position_embeddings", _config.Int("original_max_position_embeddings", _contextLength));
        switch (kind)
        {
            case "default":
                return rope;
            case "linear":
                return rope with { Kind = RopeKind.Linear, Factor = scaling.Number("factor") };
            case "dynamic":
                // The trained length of dynamic scaling is the file's context itself.
                return rope with { Kind = RopeKind.Dynamic, Factor = scaling.Number("factor"), TrainedLength = _contextLength };
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
            case "longrope" or "su":
                return LongRope(rope, scaling, trained);
            default:
                scaling.Refuse("rope_type", $"is '{kind}', which is not built; known are {Known}.");
                return rope;
        }
    }

    // How many of a head's elements turn.
    private int Size(ConfigFields? scaling)
    {
        var part = scaling?.Number("partial_rotary_factor", _config.Number("partial_rotary_factor", 1)) ?? _config.Number("partial_rotary_factor", 1);
        var size = (int)(_headSize * part);
        if (size % 2 != 0 || size < 2 || part > 1)
        {
            _config.Refuse("head_dim", $"is {_headSize}, of which {size} elements turn; rotary embedding needs an even number, at most all.");
        }

        return size;
    }

    private RopeDescription Yarn(RopeDescription rope, ConfigFields scaling, int trained)
    {
        var factor = scaling.Number("factor", (double)_contextLength / trained);

        // 0 counts as left out.
        double Weight(string name) => scaling.Number(name, 0, above: -double.Epsilon);
        var (weight, weightOfAll) = (Weight("mscale"), Weight("mscale_all_dim"));
        var attention = weight > 0 && weightOfAll > 0 ? AttentionScale(factor, weight) / AttentionScale(factor, weightOfAll) : AttentionScale(factor);
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

    private RopeDescription LongRope(RopeDescription rope, ConfigFields scaling, int trained)
    {
        var stretch = scaling.Number("factor", (double)_contextLength / trained);
        var attention = stretch <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(stretch) / Math.Log(trained)));
        return rope with
        {
            Kind = RopeKind.LongRope,
            Factor = stretch,
            TrainedLength = trained,
            ShortFactors = Factors(scaling, "short_factor", rope.Size / 2),
            LongFactors = Factors(scaling, "long_factor", rope.Size / 2),
            AttentionFactor = scaling.Number("attention_factor", attention),
        };
    }

    private static IReadOnlyList<double> Factors(ConfigFields scaling, string name, int count)
    {
        var factors = scaling.Numbers(name) ?? [];
        if (factors.Count != count)
        {
            scaling.Refuse(name, $"has {factors.Count} numbers; expected one for each of the {count} pairs that turn.");
        }

        return factors;
    }
}
