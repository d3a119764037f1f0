namespace FineTuneStudio.Engine.Contracts;

/// <summary>A low-rank adapter beside frozen linears: <c>y = Wx + s B A x</c> (Hu et al. 2021, arXiv 2106.09685).</summary>
public sealed record LoraOptions
{
    /// <summary>Every linear of the layers, not the head: what <see cref="Targets"/> holds by default.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Every expert of every layer that has some, a pair of its own for each.</summary>
    public const string Experts = "experts";

    /// <summary>Width R of the adapter.</summary>
    public int Rank { get; init; } = OptionCatalog.LoraRank.Default;

    /// <summary>Numerator of the scale: <c>s = alpha / rank</c>, or <c>alpha / sqrt(rank)</c> with <see cref="RsLora"/>.</summary>
    public double Alpha { get; init; } = OptionCatalog.LoraAlpha.Default;

    /// <summary>Share of the adapter's inputs set to zero while training.</summary>
    public double Dropout { get; init; } = OptionCatalog.LoraDropout.Default;

    /// <summary>Last parts of module names (<c>q_proj</c>), <c>all-linear</c>, <c>experts</c>, or one of their products (<c>experts.down_proj</c>).</summary>
    public IReadOnlyList<string> Targets { get; init; } = [AllLinear];

    /// <summary>Rank-stabilised scale (Kalajdzievski 2023, arXiv 2312.03732).</summary>
    public bool RsLora { get; init; } = OptionCatalog.RsLora.Default;

    /// <summary>A magnitude for each output of each linear learns beside the pair (DoRA, Liu et al. 2024, arXiv 2402.09353).</summary>
    public bool Dora { get; init; } = OptionCatalog.Dora.Default;

    /// <summary>Factor on the learning rate of the second factors B (LoRA+, Hayou et al. 2024, arXiv 2402.12354); 1 is plain LoRA.</summary>
    public double LearningRateRatio { get; init; } = OptionCatalog.LearningRateRatio.Default;

    /// <summary>What the pairs are before the first step.</summary>
    public LoraInitialization Initialization { get; init; } = OptionCatalog.Initialization.Default;

    /// <summary>The factor s on the adapter's product.</summary>
    public double Scale() => RsLora ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>These options as they can be where a run begins with an adapter: rank, scale, magnitudes and linears are its own, its values are there already.</summary>
    /// <param name="adapter">What the adapter to begin with is.</param>
    public LoraOptions ShapedAs(LoraOptions adapter) => adapter with { Dropout = Dropout, LearningRateRatio = LearningRateRatio, Initialization = LoraInitialization.Default };

    internal IEnumerable<UserError> Validate()
    {
        if (Rank is not (>= 1 and <= 4096))
        {
            yield return new("lora.rank", $"Use a rank from 1 to 4096, not {Rank}.");
        }

        if (Alpha is not (> 0 and < 1e6))
        {
            yield return new("lora.alpha", $"Use an alpha above 0, not {Alpha:G4}.");
        }

        if (Dropout is not (>= 0 and < 1))
        {
            yield return new("lora.dropout", $"Use a dropout from 0 to below 1, not {Dropout:G4}.");
        }

        if (LearningRateRatio is not (>= 0.01 and <= 1000))
        {
            yield return new("lora.learningRateRatio", $"Use a ratio from 0.01 to 1000 (1 is plain LoRA, 16 what LoRA+ advises), not {LearningRateRatio:G4}.");
        }

        if (Initialization == LoraInitialization.Pissa && Dropout > 0)
        {
            yield return new("lora.initialization", "pissa begins with the principal part of the weights themselves, which dropout would drop from the model at random. Set lora.dropout to 0, or leave lora.initialization out.");
        }

        if (Targets is null || Targets.Count == 0 || Targets.Any(string.IsNullOrWhiteSpace))
        {
            yield return new("lora.targets", $"Name at least one linear (q_proj, ...), or \"{AllLinear}\".");
        }
    }
}
