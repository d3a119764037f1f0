namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Finds what a regular expression matches.</summary>
internal sealed class PatternFinder(Pattern pattern) : MatchFinder
{
    /// <inheritdoc/>
    public override List<(int Start, int End)> FindAll(ReadOnlySpan<char> text) => pattern.FindAll(text);
}
