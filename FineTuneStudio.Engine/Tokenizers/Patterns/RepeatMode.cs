namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>How a repetition chooses its count.</summary>
internal enum RepeatMode
{
    /// <summary>As often as it can, fewer where the rest needs it.</summary>
    Greedy,

    /// <summary>As seldom as it can.</summary>
    Lazy,

    /// <summary>As often as it can, and never fewer.</summary>
    Possessive,
}
