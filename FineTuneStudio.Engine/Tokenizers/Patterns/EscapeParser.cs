using System.Globalization;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Reads what a backslash begins: a set (<c>\p{L}</c>, <c>\s</c>) or a single code point.</summary>
internal readonly ref struct EscapeParser
{
    private readonly string _pattern;
    private readonly int _start;
    private readonly PatternDialect _dialect;
    private readonly bool _isBracketed;

    /// <param name="pattern">The whole pattern.</param>
    /// <param name="start">Where the backslash stands.</param>
    /// <param name="dialect">Whose syntax it is.</param>
    /// <param name="isBracketed">Whether it stands inside a set.</param>
    public EscapeParser(string pattern, int start, PatternDialect dialect, bool isBracketed = false)
    {
        _isBracketed = isBracketed;
        _pattern = pattern;
        _start = start;
        _dialect = dialect;
    }

    /// <summary>The set, or <c>null</c> and the code point; and where the pattern goes on.</summary>
    public CharacterClass? Parse(bool ignoresCase, out int codePoint, out int next)
    {
        codePoint = 0;
        if (_start + 1 >= _pattern.Length)
        {
            throw Fault("a backslash ends the pattern.");
        }

        var letter = _pattern[_start + 1];
        next = _start + 2;
        switch (letter)
        {
            case 'p' or 'P':
                return ParseProperty(letter == 'P', ignoresCase, out next);
            case 's' or 'S':
                return Named("space", letter == 'S');
            case 'd' or 'D':
                return Named("digit", letter == 'D');
            case 'w' or 'W':
                var word = _isBracketed ? UnicodeProperty.Find("word", _dialect)! : UnicodeProperty.Word(_dialect);
                word.IsNegated ^= letter == 'W';
                return word;
            case 'h' or 'H' when _dialect == PatternDialect.Oniguruma:
                return Named("xdigit", letter == 'H');
            case 'x':
                codePoint = ParseHex(_start + 2, digits: 2, out next);
                return null;
            case 'u':
                codePoint = ParseHex(_start + 2, digits: 4, out next);
                return null;
            default:
                codePoint = ParseSingle(letter, ref next);
                return null;
        }
    }

    private int ParseSingle(char letter, ref int next)
    {
        switch (letter)
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'a':
                return '\a';
            case 'e':
                return 0x1B;
            case '0':
                return 0;
            case (>= '1' and <= '9') or 'k' or 'g':
                throw Fault("back-references are not built.");
            case (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'):
                throw Fault($"\\{letter} is not built.");
            default:
                var codePoint = Unicode.CodePoint.At(_pattern, _start + 1, out var length);
                next = _start + 1 + length;
                return codePoint;
        }
    }

    private CharacterClass ParseProperty(bool isNegated, bool ignoresCase, out int next)
    {
        string name;
        if (_start + 2 < _pattern.Length && _pattern[_start + 2] == '{')
        {
            var end = _pattern.IndexOf('}', _start);
            if (end < 0)
            {
                throw Fault("a property's name has no end.");
            }

            name = _pattern[(_start + 3)..end];
            next = end + 1;
        }
        else if (_start + 2 < _pattern.Length)
        {
            name = _pattern[(_start + 2)..(_start + 3)];
            next = _start + 3;
        }
        else
        {
            throw Fault("a property has no name.");
        }

        if (name.StartsWith('^'))
        {
            isNegated = !isNegated;
            name = name[1..];
        }

        var set = UnicodeProperty.Find(name, _dialect, ignoresCase)
            ?? throw Fault($"the property '{name}' is not known; general categories, scripts and the common classes are.");
        set.IsNegated ^= isNegated;
        return set;
    }

    private CharacterClass Named(string name, bool isNegated)
    {
        var set = UnicodeProperty.Find(name, _dialect)!;
        set.IsNegated ^= isNegated;
        return set;
    }

    private int ParseHex(int start, int digits, out int next)
    {
        var end = start;
        if (start < _pattern.Length && _pattern[start] == '{')
        {
            start++;
            end = _pattern.IndexOf('}', start);
            next = end + 1;
        }
        else
        {
            while (end < _pattern.Length && end < start + digits && char.IsAsciiHexDigit(_pattern[end]))
            {
                end++;
            }

            next = end;
        }

        return end >= start && int.TryParse(_pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var codePoint)
            && codePoint < Unicode.CodePoint.Limit
            ? codePoint
            : throw Fault("a hexadecimal code point is broken.");
    }

    private PatternSyntaxException Fault(string message) => new(_pattern, _start, message);
}
