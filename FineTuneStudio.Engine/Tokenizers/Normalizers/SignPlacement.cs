namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>When a sign is put in front of a text.</summary>
internal enum SignPlacement
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Before every text that is not empty, whatever it begins with.</summary>
    UnlessEmpty,

    /// <summary>Before every text that does not begin with one.</summary>
    UnlessThere,

    /// <summary>The same, and only where the text is the beginning of the whole.</summary>
    UnlessThereAtStart,
}
