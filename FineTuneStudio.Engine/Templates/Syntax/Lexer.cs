using System.Globalization;
using System.Numerics;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Syntax;

/// <summary>Cuts a template into tokens, with <c>trim_blocks</c> and <c>lstrip_blocks</c> on.</summary>
internal sealed class Lexer
{
    private const int MostDigits = 4300;
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _lineStarting = true;

    private Lexer(string source)
    {
        _source = source;
    }

    /// <exception cref="TemplateException">The template cannot be cut into tokens.</exception>
    public static List<Token> Tokenize(string source)
    {
        var normalized = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new Lexer(normalized.EndsWith('\n') ? normalized[..^1] : normalized);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_at < _source.Length)
        {
            var tag = FindTag(_at);
            if (tag < 0)
            {
                Add(TokenKind.Data, _source[_at..]);
                Advance(_source.Length);
                break;
            }

            var mark = _source[tag + 1];
            if (mark == '%' && RawBegin(tag) is { } rawBody)
            {
                TextBefore(tag, tag + 2, isVariable: false);
                Advance(rawBody);
                Raw();
                continue;
            }

            var inside = TextBefore(tag, tag + 2, mark == '{');
            Advance(inside);
            switch (mark)
            {
                case '#':
                    Comment();
                    break;
                case '%':
                    Add(TokenKind.BlockBegin, "{%");
                    Code('%', TokenKind.BlockEnd);
                    break;
                default:
                    Add(TokenKind.VariableBegin, "{{");
                    Code('}', TokenKind.VariableEnd);
                    break;
            }
        }

        _tokens.Add(new Token(TokenKind.End, "", _line));
    }

    private int FindTag(int from)
    {
        for (var i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '%' or '{' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Adds the text before a tag, stripped as the tag's sign says; returns the position behind the sign.</summary>
    private int TextBefore(int tag, int signAt, bool isVariable)
    {
        var text = _source[_at..tag];
        var sign = signAt < _source.Length && _source[signAt] is '-' or '+' ? _source[signAt] : '\0';
        var kept = text;
        if (sign == '-')
        {
            kept = TrimEnd(text);
        }
        else if (sign != '+' && !isVariable)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _lineStarting) && PyText.IsSpace(text[lineStart..]))
            {
                kept = text[..lineStart];
            }
        }

        Add(TokenKind.Data, kept);
        Advance(tag);
        return signAt + (sign == '\0' ? 0 : 1);
    }

    private static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && PyText.IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>Position behind <c>{% raw %}</c>, or <see langword="null"/> where the tag is another one.</summary>
    private int? RawBegin(int tag)
    {
        var i = tag + 2;
        i += i < _source.Length && _source[i] is '-' or '+' ? 1 : 0;
        i = SkipSpace(i);
        if (string.CompareOrdinal(_source, i, "raw", 0, 3) != 0)
        {
            return null;
        }

        i = SkipSpace(i + 3);
        if (Starts(i, "-%}"))
        {
            return SkipSpace(i + 3);
        }

        return Starts(i, "%}") ? i + 2 : null;
    }

    private void Raw()
    {
        for (var tag = _source.IndexOf("{%", _at, StringComparison.Ordinal); tag >= 0; tag = _source.IndexOf("{%", tag + 1, StringComparison.Ordinal))
        {
            var i = tag + 2;
            i += i < _source.Length && _source[i] is '-' or '+' ? 1 : 0;
            i = SkipSpace(i);
            if (string.CompareOrdinal(_source, i, "endraw", 0, 6) == 0 && TagEnd(SkipSpace(i + 6), '%', trims: true) is { } end)
            {
                TextBefore(tag, tag + 2, isVariable: false);
                Advance(end);
                return;
            }
        }

        throw Fail("A {% raw %} has no {% endraw %}.");
    }

    private void Comment()
    {
        for (var i = _at; i < _source.Length; i++)
        {
            if (TagEnd(i, '#', trims: true) is { } end)
            {
                Advance(end);
                return;
            }
        }

        throw Fail("A comment '{#' has no '#}'.");
    }

    /// <summary>Position behind a tag's end with its sign and the white space it takes, or <see langword="null"/> where none stands.</summary>
    private int? TagEnd(int i, char mark, bool trims)
    {
        if (i < _source.Length && _source[i] == '-' && IsEnd(i + 1, mark))
        {
            return SkipSpace(i + 3);
        }

        if (trims && i < _source.Length && _source[i] == '+' && IsEnd(i + 1, mark))
        {
            return i + 3;
        }

        return !IsEnd(i, mark) ? null : trims && i + 2 < _source.Length && _source[i + 2] == '\n' ? i + 3 : i + 2;
    }

    private void Code(char mark, TokenKind endKind)
    {
        var open = new Stack<char>();
        while (_at < _source.Length)
        {
            if (open.Count == 0 && TagEnd(_at, mark, trims: mark == '%') is { } end)
            {
                Add(endKind, mark + "}");
                Advance(end);
                return;
            }

            var unit = _source[_at];
            if (PyText.IsSpace(unit))
            {
                Advance(SkipSpace(_at));
            }
            else if (char.IsAsciiDigit(unit))
            {
                Number();
            }
            else if (unit is '\'' or '"')
            {
                String(unit);
            }
            else if (IsNamePart(unit))
            {
                Name();
            }
            else
            {
                Operator(open);
            }
        }
    }

    private void Number()
    {
        var end = ScanNumber(_at, out var isFloat);
        var text = _source[_at..end].Replace("_", "", StringComparison.Ordinal);
        if (text.Length > MostDigits)
        {
            throw Fail($"A number has more than {MostDigits} digits.");
        }

        object value;
        if (isFloat)
        {
            value = double.Parse(text, CultureInfo.InvariantCulture);
        }
        else if (text.Length > 2 && text[0] == '0' && char.IsAsciiLetter(text[1]))
        {
            var bits = char.ToLowerInvariant(text[1]) switch { 'b' => 1, 'o' => 3, _ => 4 };
            value = Boxed.Of(text.Skip(2).Aggregate(BigInteger.Zero, (sum, digit) => (sum << bits) + Convert.ToInt32(digit.ToString(), 16)));
        }
        else
        {
            value = Boxed.Of(BigInteger.Parse(text, CultureInfo.InvariantCulture));
        }

        _tokens.Add(new Token(TokenKind.Number, text, _line, value));
        Advance(end);
    }

    private int ScanNumber(int start, out bool isFloat)
    {
        var digits = Digits(start, char.IsAsciiDigit);
        var end = digits;
        isFloat = false;
        if (!(start > 0 && _source[start - 1] == '.'))
        {
            if (end < _source.Length && _source[end] == '.' && Digits(end + 1, char.IsAsciiDigit) is var fraction && fraction > end + 1)
            {
                isFloat = true;
                end = fraction;
            }

            if (end < _source.Length && _source[end] is 'e' or 'E')
            {
                var sign = end + 1 < _source.Length && _source[end + 1] is '+' or '-' ? 1 : 0;
                var exponent = Digits(end + 1 + sign, char.IsAsciiDigit);
                if (exponent > end + 1 + sign)
                {
                    isFloat = true;
                    end = exponent;
                }
            }

            if (isFloat)
            {
                return end;
            }
        }

        if (_source[start] == '0')
        {
            Func<char, bool>? radix = start + 1 >= _source.Length ? null : char.ToLowerInvariant(_source[start + 1]) switch
            {
                'b' => unit => unit is '0' or '1',
                'o' => unit => unit is >= '0' and <= '7',
                'x' => char.IsAsciiHexDigit,
                _ => null,
            };
            if (radix is not null)
            {
                var first = start + 2 < _source.Length && _source[start + 2] == '_' ? start + 3 : start + 2;
                var radixEnd = Digits(first, radix);
                if (radixEnd > first)
                {
                    return radixEnd;
                }
            }

            return Digits(start, unit => unit == '0');
        }

        return digits;
    }

    /// <summary>End of digits with single underscores between them.</summary>
    private int Digits(int i, Func<char, bool> isDigit)
    {
        while (i < _source.Length && (isDigit(_source[i]) || (_source[i] == '_' && i > 0 && isDigit(_source[i - 1]) && i + 1 < _source.Length && isDigit(_source[i + 1]))))
        {
            i++;
        }

        return i;
    }

    private void String(char quote)
    {
        var i = _at + 1;
        while (i < _source.Length && _source[i] != quote)
        {
            i += _source[i] == '\\' ? 2 : 1;
        }

        if (i >= _source.Length)
        {
            throw Fail($"A string has no closing {quote}.");
        }

        _tokens.Add(new Token(TokenKind.Text, StringEscapes.Decode(_source[(_at + 1)..i], _line), _line));
        Advance(i + 1);
    }

    private void Name()
    {
        var end = _at;
        while (end < _source.Length && IsNamePart(_source[end]))
        {
            end++;
        }

        var name = _source[_at..end];
        var points = PyText.CodePoints(name).ToList();
        if (!UnicodeText.IsIdentifierStart(points[0]) || !points.TrueForAll(UnicodeText.IsIdentifierPart))
        {
            throw Fail($"'{name}' is no name; use letters, digits and underscores.");
        }

        _tokens.Add(new Token(TokenKind.Name, name, _line));
        Advance(end);
    }

    private void Operator(Stack<char> open)
    {
        var found = Array.Find(Operators, text => Starts(_at, text)) ?? throw Fail($"The character '{_source[_at]}' has no place in an expression.");
        switch (found)
        {
            case "(" or "[" or "{":
                open.Push(found == "(" ? ')' : found == "[" ? ']' : '}');
                break;
            case ")" or "]" or "}":
                if (!open.TryPop(out var expected))
                {
                    throw Fail($"A '{found}' closes nothing.");
                }

                if (expected != found[0])
                {
                    throw Fail($"A '{found}' stands where '{expected}' is expected.");
                }

                break;
        }

        _tokens.Add(new Token(TokenKind.Operator, found, _line));
        Advance(_at + found.Length);
    }

    private static bool IsNamePart(char unit) => unit == '_' || char.IsLetterOrDigit(unit) || char.IsSurrogate(unit)
        || char.GetUnicodeCategory(unit) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber
            or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.OtherNumber
        || unit == '·';

    private bool IsEnd(int i, char mark) => i + 1 < _source.Length && _source[i] == mark && _source[i + 1] == '}';

    private bool Starts(int i, string text) => string.CompareOrdinal(_source, i, text, 0, text.Length) == 0;

    private int SkipSpace(int i)
    {
        while (i < _source.Length && PyText.IsSpace(_source[i]))
        {
            i++;
        }

        return i;
    }

    private void Add(TokenKind kind, string text)
    {
        if (kind != TokenKind.Data || text.Length > 0)
        {
            _tokens.Add(new Token(kind, text, _line));
        }
    }

    private void Advance(int to)
    {
        if (to > _at)
        {
            _line += _source.AsSpan(_at, to - _at).Count('\n');
            _lineStarting = _source[to - 1] == '\n';
            _at = to;
        }
    }

    private TemplateException Fail(string message) => new(TemplateFaultKind.Syntax, message, _line);
}
