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

    /// <summary>Whether the files name modules as a model of text and images does, of which the adapter's model is the text part.</summary>
    public bool NamesWholeModel { get; init; }

    /// <summary>Rank of a module.</summary>
    public int RankOf(string module) => (int)Match(RankPattern, module, Rank);

    /// <summary>Alpha of a module.</summary>
    public double AlphaOf(string module) => Match(AlphaPattern, module, Alpha);

    /// <summary>The same, said by the names that modules have in a text model alone.</summary>
    /// <param name="linears">The text model's.</param>
    /// <param name="nameOf">From such a name to the one that targets and patterns mean.</param>
    internal AdapterConfiguration OfTextPart(IReadOnlyList<LinearShape> linears, Func<string, string> nameOf)
    {
        var chosen = linears.Where(linear => Targets.Includes(linear with { Name = nameOf(linear.Name) })).Select(linear => linear.Name).ToList();
        return this with
        {
            Targets = Targets.AllLinear || chosen.Count == 0 ? Targets : AdapterTargets.Of(chosen),
            RankPattern = Others(chosen, module => RankOf(nameOf(module)), Rank),
            AlphaPattern = Others(chosen, module => AlphaOf(nameOf(module)), Alpha),
        };
    }

    /// <summary>A pattern for each module that has another value than most.</summary>
    internal static IReadOnlyList<KeyValuePair<string, double>> Others(IEnumerable<string> modules, Func<string, double> valueOf, double most)
        => [.. modules.Select(module => KeyValuePair.Create(module, valueOf(module))).Where(pair => pair.Value != most)];

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
