namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Rotary position embedding of one layer; fields that a kind does not use are at their defaults.</summary>
public sealed record RopeDescription
{
    /// <summary>How frequencies are stretched.</summary>
    public RopeKind Kind { get; init; } = RopeKind.Default;

    /// <summary>Elements of a head that turn, the first ones; an even number. <c>R</c></summary>
    public required int Size { get; init; }

    /// <summary>Base of the frequencies: <c>theta^(-2i/R)</c>.</summary>
    public required double Theta { get; init; }

    /// <summary>How far the context is stretched.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Positions trained with these frequencies (dynamic, llama3, YaRN, LongRoPE).</summary>
    public int TrainedLength { get; init; }

    /// <summary>llama3: waves longer than trained length over this are divided.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: waves shorter than trained length over this are kept.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>YaRN: rotations in the trained length from which a frequency is kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>YaRN: rotations below which it is divided whole.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>YaRN: whether the ramp's ends are rounded to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>LongRoPE: what frequencies are divided by in sequences up to the trained length. <c>[R/2]</c></summary>
    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    /// <summary>LongRoPE: what they are divided by in longer ones. <c>[R/2]</c></summary>
    public IReadOnlyList<double> LongFactors { get; init; } = [];

    /// <summary>Factor on cosine and sine.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>Whether frequencies depend on the length of the sequence.</summary>
    public bool DependsOnLength => Kind is RopeKind.Dynamic or RopeKind.LongRope;
}
