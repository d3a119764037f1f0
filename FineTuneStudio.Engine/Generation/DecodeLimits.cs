namespace FineTuneStudio.Engine.Generation;

/// <summary>How much is decoded at a time; what does not fit waits until other answers have ended.</summary>
public sealed record DecodeLimits
{
    /// <summary>The limits used where none are given.</summary>
    public static DecodeLimits Default { get; } = new();

    /// <summary>Most answers at a time.</summary>
    public int Rows { get; init; } = 512;

    /// <summary>Most bytes of keys and values, if every answer became as long as it may; one answer is always let in.</summary>
    public long CacheBytes { get; init; } = 4L << 30;

    /// <summary>Most tokens of prompts, or of what is put between turns, that pass through the network at a time; a longer prompt passes alone.</summary>
    public int PromptTokens { get; init; } = 2048;
}
