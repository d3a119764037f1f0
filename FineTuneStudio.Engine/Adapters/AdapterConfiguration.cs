namespace FineTuneStudio.Engine.Adapters;

/// <summary>What <c>adapter_config.json</c> says, as far as it changes numbers.</summary>
public sealed record AdapterConfiguration
{
    /// <summary>Rank of every module that no pattern names.</summary>
    public required int Rank { get; init; }

    /// <summary>Alpha of every module that no pattern names.</summary>
    public required double Alpha { get; init; }

    /// <summary>Divides alpha by the root of the rank.</summary>
    public bool RankStabilised { get; init; }

    /// <summary>With magnitudes (DoRA).</summary>
    public bool WeightDecomposed { get; init; }

    /// <summary>Share of inputs set to zero while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Which modules have an adapter.</summary>
    public required AdapterTargets Targets { get; init; }

    /// <summary>Which parameters of experts have an adapter: their names, or ends of these (<c>mlp.experts.down_proj</c>).</summary>
    public IReadOnlyList<string> TargetParameters { get; init; } = [];

    /// <summary>Ranks of modules whose name matches; the first match counts.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> RankPattern { get; init; } = [];

    /// <summary>Alphas of modules whose name matches; the first match counts.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>Last parts of the names of modules that are saved whole (<c>lm_head</c>).</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>The base model's public name, never a path of this machine; empty where it is not known.</summary>
    public string BaseModelName { get; init; } = "";

    /// <summary>Rank of a module.</summary>
    public int RankOf(string module) => (int)Match(RankPattern, module, Rank);

    /// <summary>Alpha of a module.</summary>
    public double AlphaOf(string module) => Match(AlphaPattern, module, Alpha);

    private static double Match(IReadOnlyList<KeyValuePair<string, double>> patterns, string module, double otherwise)
    {
        foreach (var (pattern, value) in patterns)
        {
            if (AdapterTargets.Matches($@"^(.*\.)?({pattern})$", module))
            {
                return value;
            }
        }

        return otherwise;
    }
}
