namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>Rotary position embedding of one layer; fields that a kind does not use are at their defaults.</summary>
public sealed record RopeDescription
{
    /// <summary>How frequencies are stretched.</summary>
    public RopeKind Kind { get; init; } = RopeKind.Default;

    /// <summary>Dimensions that turn, an even number. <c>C</c></summary>
    public required int Size { get; init; }

    /// <summary>Base of the frequencies: <c>theta^(-2i/C)</c>.</summary>
    public required double Theta { get; init; }

    /// <summary>How far the context is stretched.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Positions trained with these frequencies (dynamic, llama3, YaRN).</summary>
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

    /// <summary>Factor on cosine and sine.</summary>
    public double AttentionFactor { get; init; } = 1;
}
