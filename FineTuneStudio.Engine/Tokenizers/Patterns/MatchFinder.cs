namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Finds the parts of a text that a delimiter or a replacement is about.</summary>
internal abstract class MatchFinder
{
    /// <summary>All matches from left to right, none overlapping.</summary>
    public abstract List<(int Start, int End)> FindAll(ReadOnlySpan<char> text);
}
