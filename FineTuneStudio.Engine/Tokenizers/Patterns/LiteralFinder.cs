namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Finds a fixed text.</summary>
internal sealed class LiteralFinder(string literal) : MatchFinder
{
    /// <inheritdoc/>
    public override List<(int Start, int End)> FindAll(ReadOnlySpan<char> text)
    {
        List<(int Start, int End)> matches = [];
        if (literal.Length == 0)
        {
            return matches;
        }

        for (var position = 0; text[position..].IndexOf(literal) is var found and >= 0;)
        {
            position += found + literal.Length;
            matches.Add((position - literal.Length, position));
        }

        return matches;
    }
}
