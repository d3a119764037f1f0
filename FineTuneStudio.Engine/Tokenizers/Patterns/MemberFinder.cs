using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Finds every single code point of a set.</summary>
internal sealed class MemberFinder(Func<int, bool> isMember) : MatchFinder
{
    /// <inheritdoc/>
    public override List<(int Start, int End)> FindAll(ReadOnlySpan<char> text)
    {
        List<(int Start, int End)> matches = [];
        for (var position = 0; position < text.Length;)
        {
            var codePoint = CodePoint.At(text, position, out var length);
            if (isMember(codePoint))
            {
                matches.Add((position, position + length));
            }

            position += length;
        }

        return matches;
    }
}
