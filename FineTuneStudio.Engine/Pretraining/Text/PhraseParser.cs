using System.Buffers;

namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Reads a line of a grammar.</summary>
internal ref struct PhraseParser
{
    private static readonly SearchValues<char> Brackets = SearchValues.Create("([{|)]}");

    private readonly ReadOnlySpan<char> _line;
    private int _place;

    private PhraseParser(ReadOnlySpan<char> line) => _line = line;

    /// <summary>The phrase of a whole line.</summary>
    /// <exception cref="InvalidOperationException">Brackets do not match: a fault of the grammar's author.</exception>
    public static Phrase Parse(string line)
    {
        var parser = new PhraseParser(line);
        var phrase = parser.Options(end: '\0');
        return parser._place == line.Length ? phrase : throw new InvalidOperationException($"Brackets do not match in '{line}'.");
    }

    private Phrase Options(char end)
    {
        var options = new List<Phrase> { Sequence(end) };
        while (_place < _line.Length && _line[_place] == '|')
        {
            _place++;
            options.Add(Sequence(end));
        }

        return options.Count == 1 ? options[0] : new Phrase.Choice(options);
    }

    private Phrase.Sequence Sequence(char end)
    {
        var parts = new List<Phrase>();
        while (_place < _line.Length && _line[_place] != '|' && _line[_place] != end)
        {
            switch (_line[_place])
            {
                case '(':
                    parts.Add(Bracketed(')'));
                    break;
                case '[':
                    parts.Add(new Phrase.Choice([Bracketed(']'), new Phrase.Literal("")]));
                    break;
                case '{':
                    var close = _line[_place..].IndexOf('}');
                    parts.Add(new Phrase.Rule(_line.Slice(_place + 1, close - 1).ToString()));
                    _place += close + 1;
                    break;
                default:
                    var length = _line[_place..].IndexOfAny(Brackets);
                    length = length < 0 ? _line.Length - _place : Math.Max(length, 1);
                    parts.Add(new Phrase.Literal(_line.Slice(_place, length).ToString()));
                    _place += length;
                    break;
            }
        }

        return new Phrase.Sequence(parts);
    }

    private Phrase Bracketed(char end)
    {
        _place++;
        var phrase = Options(end);
        if (_place == _line.Length || _line[_place] != end)
        {
            throw new InvalidOperationException($"A bracket is not closed in '{_line}'.");
        }

        _place++;
        return phrase;
    }
}
