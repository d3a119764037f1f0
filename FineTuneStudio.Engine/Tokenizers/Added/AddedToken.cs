namespace FineTuneStudio.Engine.Tokenizers.Added;

/// <summary>A token that is looked for in the text itself, before anything else touches it.</summary>
internal sealed record AddedToken
{
    public required int Id { get; init; }

    public required string Content { get; init; }

    /// <summary>Only where no word character stands on either side.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Takes the white space before it along.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Takes the white space behind it along.</summary>
    public bool StripsRight { get; init; }

    /// <summary>Is looked for in the normalized text, not in the raw one.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Has a meaning of its own rather than being text.</summary>
    public bool IsSpecial { get; init; }
}
