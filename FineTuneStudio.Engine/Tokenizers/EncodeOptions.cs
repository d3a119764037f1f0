namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>How text becomes ids.</summary>
public readonly record struct EncodeOptions
{
    /// <summary>Adds what the tokenizer's post-processor puts around a text (a begin token, for instance); a chat template already wrote it.</summary>
    public bool AddSpecial { get; init; }

    /// <summary>What special tokens written in the text mean; added tokens that are not special are always found.</summary>
    public SpecialText SpecialText { get; init; }
}
