namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>What becomes of the matches of a delimiter.</summary>
internal enum DelimiterBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
