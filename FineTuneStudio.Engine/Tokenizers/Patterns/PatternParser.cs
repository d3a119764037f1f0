using System.Globalization;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Reads a regular expression of either dialect into a tree.</summary>
/// <remarks>Left out, and refused by name: back-references, conditions, subroutine calls, look-behind of varying width.</remarks>
internal sealed class PatternParser
{
    private const int DeepestNesting = 50;
    private const int MostRepeats = 1000;
    private readonly string _pattern;
    private readonly PatternDialect _dialect;
    private int _index;
    private int _depth;
    private bool _ignoresCase;
    private bool _dotTakesNewline;
    private bool _isMultiline;

    private PatternParser(string pattern, PatternDialect dialect)
    {
        _pattern = pattern;
        _dialect = dialect;

        // In Ruby's syntax ^ and $ always mean lines.
        _isMultiline = dialect == PatternDialect.Oniguruma;
    }

    private bool AtEnd => _index >= _pattern.Length;

    /// <summary>The tree of a pattern.</summary>
    /// <exception cref="PatternSyntaxException">It is broken or uses what is not built.</exception>
    public static PatternNode Parse(string pattern, PatternDialect dialect)
    {
        var parser = new PatternParser(pattern, dialect);
        var node = parser.ParseChoice();
        return parser.AtEnd ? node : throw parser.Fault("there is a ')' without its '('.");
    }

    private PatternNode ParseChoice()
    {
        if (++_depth > DeepestNesting)
        {
            throw Fault($"groups are nested deeper than {DeepestNesting}.");
        }

        List<PatternNode> items = [ParseSequence()];
        while (Take('|'))
        {
            items.Add(ParseSequence());
        }

        _depth--;
        return items.Count == 1 ? items[0] : new PatternNode.Choice(items);
    }

    private PatternNode ParseSequence()
    {
        List<PatternNode> items = [];
        while (!AtEnd && _pattern[_index] is not ('|' or ')'))
        {
            var atom = ParseAtom();
            if (atom is not null)
            {
                items.Add(ParseRepeats(atom));
            }
        }

        return items.Count == 1 ? items[0] : new PatternNode.Sequence(items);
    }

    private PatternNode ParseRepeats(PatternNode item)
    {
        while (!AtEnd)
        {
            int minimum;
            int maximum;
            var isInterval = false;
            switch (_pattern[_index])
            {
                case '*':
                    (minimum, maximum) = (0, -1);
                    break;
                case '+':
                    (minimum, maximum) = (1, -1);
                    break;
                case '?':
                    (minimum, maximum) = (0, 1);
                    break;
                case '{' when TryReadInterval(out minimum, out maximum):
                    isInterval = true;
                    break;
                default:
                    return item;
            }

            if (!isInterval)
            {
                _index++;
            }

            var mode = RepeatMode.Greedy;
            if (Take('?'))
            {
                mode = RepeatMode.Lazy;
            }
            else if (!(isInterval && _dialect == PatternDialect.Oniguruma) && Take('+'))
            {
                // In Ruby's syntax x{1,3}+ is (x{1,3})+; everywhere else the + takes the way back.
                mode = RepeatMode.Possessive;
            }

            item = new PatternNode.Repeat(item, minimum, maximum, mode);
        }

        return item;
    }

    private bool TryReadInterval(out int minimum, out int maximum)
    {
        (minimum, maximum) = (0, 0);
        var close = _pattern.IndexOf('}', _index);
        if (close < 0)
        {
            return false;
        }

        var parts = _pattern[(_index + 1)..close].Split(',');
        if (parts.Length > 2 || (parts[0].Length == 0 && (parts.Length == 1 || parts[1].Length == 0)))
        {
            return false;
        }

        var readMinimum = parts[0].Length == 0 || int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out minimum);
        maximum = parts.Length == 1 ? minimum : -1;
        if (!readMinimum || (parts.Length == 2 && parts[1].Length > 0
            && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out maximum)))
        {
            return false;
        }

        if (minimum > MostRepeats || maximum > MostRepeats || (maximum >= 0 && maximum < minimum))
        {
            throw Fault($"a repetition counts from 0 to {MostRepeats}, the smaller number first.");
        }

        _index = close + 1;
        return true;
    }

    /// <summary>One atom; <c>null</c> for what only sets an option.</summary>
    private PatternNode? ParseAtom()
    {
        switch (_pattern[_index])
        {
            case '(':
                return ParseGroup();
            case '[':
                _index++;
                return new PatternNode.Set(new ClassParser(_pattern, _index, _dialect, _ignoresCase).Parse(out _index).Freeze());
            case '.':
                _index++;
                return new PatternNode.Set(AnyCharacter());
            case '^':
                _index++;
                return new PatternNode.Place(_isMultiline ? PatternPlace.LineStart : PatternPlace.TextStart);
            case '$':
                _index++;
                return new PatternNode.Place(_isMultiline ? PatternPlace.LineEnd : PatternPlace.TextEnd);
            case '\\':
                return ParseEscape();
            case '*' or '+' or '?':
                throw Fault("there is nothing to repeat.");
            default:
                return Literal(ReadCodePoint());
        }
    }

    private CharacterClass AnyCharacter()
    {
        var any = new CharacterClass { IsNegated = !_dotTakesNewline };
        any.AddRange(_dotTakesNewline ? 0 : '\n', _dotTakesNewline ? int.MaxValue : '\n');
        return any.Freeze();
    }

    private PatternNode? ParseGroup()
    {
        _index++;
        if (!Take('?'))
        {
            return Close(ParseChoiceWithOptions());
        }

        if (Take(':'))
        {
            return Close(ParseChoiceWithOptions());
        }

        if (Take('>'))
        {
            return new PatternNode.Atomic(Close(ParseChoiceWithOptions()));
        }

        if (Take('#'))
        {
            var end = _pattern.IndexOf(')', _index);
            _index = end < 0 ? throw Fault("a comment has no end.") : end + 1;
            return null;
        }

        if (Take('='))
        {
            return new PatternNode.Look(Close(ParseChoiceWithOptions()), IsNegated: false, Width: -1);
        }

        if (Take('!'))
        {
            return new PatternNode.Look(Close(ParseChoiceWithOptions()), IsNegated: true, Width: -1);
        }

        if (_pattern.AsSpan(_index).StartsWith("<=") || _pattern.AsSpan(_index).StartsWith("<!"))
        {
            var isNegated = _pattern[_index + 1] == '!';
            _index += 2;
            return LookBehind(Close(ParseChoiceWithOptions()), isNegated);
        }

        if (Take('P') | Take('<'))
        {
            _ = Take('<');
            var end = _pattern.IndexOf('>', _index);
            _index = end < 0 ? throw Fault("a group's name has no end.") : end + 1;
            return Close(ParseChoiceWithOptions());
        }

        return ParseOptions();
    }

    private PatternNode? ParseOptions()
    {
        var before = (_ignoresCase, _dotTakesNewline, _isMultiline);
        var on = true;
        for (; !AtEnd && _pattern[_index] is not (':' or ')'); _index++)
        {
            switch (_pattern[_index])
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    _ignoresCase = on;
                    break;
                case 's' when _dialect == PatternDialect.Rust:
                case 'm' when _dialect == PatternDialect.Oniguruma:
                    _dotTakesNewline = on;
                    break;
                case 'm':
                    _isMultiline = on;
                    break;
                case 'u' when on:
                    break;
                default:
                    throw Fault($"(?{_pattern[_index]} is not built: groups are (?:, (?>, (?=, (?!, (?<=, (?<!, named, and options i, m, s.");
            }
        }

        if (Take(')'))
        {
            // Set for the rest of the group around it, which restores what was before.
            return null;
        }

        if (!Take(':'))
        {
            throw Fault("a group has no end.");
        }

        var body = Close(ParseChoice());
        (_ignoresCase, _dotTakesNewline, _isMultiline) = before;
        return body;
    }

    private PatternNode ParseChoiceWithOptions()
    {
        var before = (_ignoresCase, _dotTakesNewline, _isMultiline);
        var body = ParseChoice();
        (_ignoresCase, _dotTakesNewline, _isMultiline) = before;
        return body;
    }

    private PatternNode Close(PatternNode body) => Take(')') ? body : throw Fault("a group has no end.");

    private PatternNode LookBehind(PatternNode body, bool isNegated)
    {
        // Alternatives may differ in width among themselves, each of them may not.
        var choices = body is PatternNode.Choice choice ? choice.Items : [body];
        var looks = choices.Select(item => new PatternNode.Look(item, isNegated, WidthOf(item))).ToArray();
        return looks.Length == 1 ? looks[0] : isNegated ? new PatternNode.Sequence(looks) : new PatternNode.Choice(looks);
    }

    private int WidthOf(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set or PatternNode.Literal:
                return 1;
            case PatternNode.Place or PatternNode.Look:
                return 0;
            case PatternNode.Sequence sequence:
                return sequence.Items.Sum(WidthOf);
            case PatternNode.Atomic atomic:
                return WidthOf(atomic.Item);
            case PatternNode.Repeat repeat when repeat.Minimum == repeat.Maximum:
                return repeat.Minimum * WidthOf(repeat.Item);
            case PatternNode.Choice choice when choice.Items.Select(WidthOf).Distinct().Count() == 1:
                return WidthOf(choice.Items[0]);
            default:
                throw Fault("a look-behind of varying width is not built.");
        }
    }

    private PatternNode ParseEscape()
    {
        if (_index + 1 >= _pattern.Length)
        {
            throw Fault("a backslash ends the pattern.");
        }

        PatternPlace? place = _pattern[_index + 1] switch
        {
            'A' => PatternPlace.TextStart,
            'z' => PatternPlace.TextEnd,
            'Z' => PatternPlace.TextEndOrLastNewline,
            'b' => PatternPlace.WordBoundary,
            'B' => PatternPlace.NoWordBoundary,
            _ => null,
        };
        if (place is { } kind)
        {
            _index += 2;
            return new PatternNode.Place(kind);
        }

        var escape = new EscapeParser(_pattern, _index, _dialect);
        var set = escape.Parse(_ignoresCase, out var codePoint, out _index);
        return set is not null ? new PatternNode.Set(set.Freeze()) : Literal(codePoint);
    }

    private PatternNode Literal(int codePoint)
    {
        if (!_ignoresCase || !CaseVariants.Of(codePoint).Any())
        {
            return new PatternNode.Literal(codePoint);
        }

        var either = new CharacterClass { IgnoresCase = true };
        either.AddRange(codePoint, codePoint);
        return new PatternNode.Set(either.Freeze());
    }

    private int ReadCodePoint()
    {
        var codePoint = Unicode.CodePoint.At(_pattern, _index, out var length);
        _index += length;
        return codePoint;
    }

    private bool Take(char expected)
    {
        if (AtEnd || _pattern[_index] != expected)
        {
            return false;
        }

        _index++;
        return true;
    }

    private PatternSyntaxException Fault(string message) => new(_pattern, _index, message);
}
