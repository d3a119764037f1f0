using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Reads a bracketed set of a regular expression.</summary>
internal sealed class ClassParser
{
    private readonly string _pattern;
    private readonly PatternDialect _dialect;
    private readonly bool _ignoresCase;
    private readonly int _depth;
    private int _index;

    /// <param name="pattern">The whole pattern.</param>
    /// <param name="index">One past the opening bracket.</param>
    /// <param name="dialect">Whose syntax it is.</param>
    /// <param name="ignoresCase">Whether letters match in either case.</param>
    /// <param name="depth">How many brackets stand around this one.</param>
    public ClassParser(string pattern, int index, PatternDialect dialect, bool ignoresCase, int depth = 0)
    {
        _pattern = pattern;
        _index = index;
        _dialect = dialect;
        _ignoresCase = ignoresCase;
        _depth = depth <= 20 ? depth : throw Fault("sets are nested deeper than 20.");
    }

    /// <summary>The set and where the pattern goes on.</summary>
    public CharacterClass Parse(out int next)
    {
        var isNegated = Take('^');
        var result = new CharacterClass { IgnoresCase = _ignoresCase, IsNegated = isNegated };
        var isFirst = true;
        for (; ; isFirst = false)
        {
            if (_index >= _pattern.Length)
            {
                throw Fault("a set has no end.");
            }

            if (_pattern[_index] == ']' && !isFirst)
            {
                next = _index + 1;
                return result;
            }

            if (_pattern.AsSpan(_index).StartsWith("&&"))
            {
                _index += 2;
                var rest = new ClassParser(_pattern, _index, _dialect, _ignoresCase, _depth + 1).Parse(out next);
                result.IntersectWith(rest);
                return result;
            }

            ParseItem(result);
        }
    }

    private void ParseItem(CharacterClass result)
    {
        if (_pattern[_index] == '[')
        {
            if (!TryParsePosix(result))
            {
                result.AddPart(new ClassParser(_pattern, _index + 1, _dialect, _ignoresCase, _depth + 1).Parse(out _index));
            }

            return;
        }

        var first = ParseMember(out var set);
        if (set is not null)
        {
            result.AddPart(set);
            return;
        }

        var isRange = _index + 1 < _pattern.Length && _pattern[_index] == '-' && _pattern[_index + 1] is not (']' or '[');
        if (!isRange)
        {
            result.AddRange(first, first);
            return;
        }

        _index++;
        var last = ParseMember(out set);
        if (set is not null)
        {
            result.AddRange(first, first);
            result.AddRange('-', '-');
            result.AddPart(set);
        }
        else if (last < first)
        {
            throw Fault("a range ends before it starts.");
        }
        else
        {
            result.AddRange(first, last);
        }
    }

    private int ParseMember(out CharacterClass? set)
    {
        if (_pattern[_index] == '\\')
        {
            set = new EscapeParser(_pattern, _index, _dialect, isBracketed: true).Parse(_ignoresCase, out var codePoint, out _index);
            return codePoint;
        }

        set = null;
        var result = CodePoint.At(_pattern, _index, out var length);
        _index += length;
        return result;
    }

    private bool TryParsePosix(CharacterClass result)
    {
        if (_index + 1 >= _pattern.Length || _pattern[_index + 1] != ':')
        {
            return false;
        }

        var end = _pattern.IndexOf(":]", _index + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var name = _pattern[(_index + 2)..end];
        var isNegated = name.StartsWith('^');
        var set = UnicodeProperty.FindPosix(isNegated ? name[1..] : name, _dialect) ?? throw Fault($"the set [:{name}:] is not known.");
        set.IsNegated ^= isNegated;
        result.AddPart(set);
        _index = end + 2;
        return true;
    }

    private bool Take(char expected)
    {
        if (_index >= _pattern.Length || _pattern[_index] != expected)
        {
            return false;
        }

        _index++;
        return true;
    }

    private PatternSyntaxException Fault(string message) => new(_pattern, _index, message);
}
