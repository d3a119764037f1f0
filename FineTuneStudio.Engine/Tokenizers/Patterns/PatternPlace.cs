namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Places that a pattern can ask for.</summary>
internal enum PatternPlace
{
    TextStart,
    TextEnd,
    TextEndOrLastNewline,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}
