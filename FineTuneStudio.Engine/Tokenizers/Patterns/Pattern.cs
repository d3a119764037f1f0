namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>A regular expression over code points, for patterns that no hand-written scanner knows.</summary>
/// <remarks>
/// It tries alternatives one after the other as Oniguruma and fancy-regex do, so it finds what they find. Against patterns that would
/// explode it remembers, once an attempt gets long, which (instruction, place) pairs led nowhere, and stops at a total number of steps.
/// </remarks>
internal sealed class Pattern
{
    private readonly PatternInstruction[] _program;
    private readonly FirstCharacters _first;
    private readonly CharacterClass _word;

    private Pattern(string source, PatternInstruction[] program, FirstCharacters first, CharacterClass word)
    {
        _word = word;
        Source = source;
        _program = program;
        _first = first;
    }

    /// <summary>How the pattern is written.</summary>
    public string Source { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="PatternSyntaxException">It is broken or uses what is not built.</exception>
    public static Pattern Parse(string source, PatternDialect dialect)
    {
        var tree = PatternParser.Parse(source, dialect);
        return new Pattern(source, PatternCompiler.Compile(source, tree), new FirstCharacters(tree), UnicodeProperty.Word(dialect).Freeze());
    }

    /// <summary>All matches from left to right, none overlapping; an empty one is not reported where the last one ended.</summary>
    public List<(int Start, int End)> FindAll(ReadOnlySpan<char> text)
    {
        List<(int Start, int End)> matches = [];
        var matcher = new PatternMatcher(Source, _program, _word, text);
        var lastEnd = -1;
        for (var start = 0; start <= text.Length;)
        {
            start = NextCandidate(text, start);
            var end = start < 0 ? -1 : matcher.MatchAt(start);
            if (start < 0)
            {
                break;
            }

            if (end < 0 || (end == start && end == lastEnd))
            {
                start += start < text.Length ? StepOver(text, start) : 1;
                continue;
            }

            matches.Add((start, end));
            lastEnd = end;
            start = end;
        }

        return matches;
    }

    private int NextCandidate(ReadOnlySpan<char> text, int start)
    {
        if (_first.IsAny)
        {
            return start;
        }

        while (start < text.Length)
        {
            if (_first.Contains(Unicode.CodePoint.At(text, start, out var length)))
            {
                return start;
            }

            start += length;
        }

        return -1;
    }

    private static int StepOver(ReadOnlySpan<char> text, int index)
    {
        _ = Unicode.CodePoint.At(text, index, out var length);
        return length;
    }
}
