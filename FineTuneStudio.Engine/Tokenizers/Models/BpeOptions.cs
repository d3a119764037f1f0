namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>How a byte-pair model treats what its vocabulary does not spell.</summary>
internal sealed record BpeOptions
{
    /// <summary>The token for what cannot be spelt; without one it vanishes.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Whether unknown characters in a row become one token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Whether unknown characters become tokens for their bytes (<c>&lt;0x0A&gt;</c>), where the vocabulary has them.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary>Whether a word that is a token itself is taken as it is.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>Stands before every symbol but a word's first.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>Stands behind a word's last symbol.</summary>
    public string EndOfWordSuffix { get; init; } = "";
}
