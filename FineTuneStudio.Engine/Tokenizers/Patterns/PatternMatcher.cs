using System.Globalization;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Runs a compiled pattern over one text, with a stack of its own for the ways not yet tried.</summary>
internal ref struct PatternMatcher
{
    // An attempt this long begins to remember where it failed; shorter ones cost no memory.
    private const int StepsBeforeMemory = 4096;
    private const long StepsForAnyText = 5_000_000;
    private const long StepsForEachUnit = 500;

    private readonly string _source;
    private readonly PatternInstruction[] _program;
    private readonly CharacterClass _word;
    private readonly ReadOnlySpan<char> _text;

    // Ways not yet tried: an instruction, and the places from the lowest to the highest where to try it, highest first.
    private readonly Stack<(int Instruction, int Lowest, int Place)> _ways = new();
    private long _stepsLeft;

    public PatternMatcher(string source, PatternInstruction[] program, CharacterClass word, ReadOnlySpan<char> text)
    {
        _word = word;
        _source = source;
        _program = program;
        _text = text;
        _stepsLeft = StepsForAnyText + (StepsForEachUnit * text.Length);
    }

    /// <summary>Where a match that starts at a place ends, or -1.</summary>
    public int MatchAt(int start) => Run(0, start);

    private int Run(int instruction, int place)
    {
        var bottom = _ways.Count;
        HashSet<long>? failed = null;
        for (var steps = 0; ; steps++)
        {
            if (--_stepsLeft < 0)
            {
                throw new UserErrorException("tokenizer", string.Create(CultureInfo.InvariantCulture,
                    $"The pattern '{_source}' takes too long on a text of {_text.Length} characters; shorten the text or simplify the pattern in tokenizer.json."));
            }

            if (steps == StepsBeforeMemory)
            {
                failed = [];
            }

            // Seen before in this attempt means tried in full before: had it led to a match, the attempt would be over.
            var isFailed = failed is not null && _program[instruction].Op is PatternOp.Split or PatternOp.RepeatSet
                && !failed.Add(((long)instruction << 32) | (uint)place);
            var next = isFailed ? -1 : Step(ref instruction, place);
            if (next == Matched)
            {
                Forget(bottom);
                return place;
            }

            if (next >= 0)
            {
                place = next;
            }
            else if (!TakeWay(bottom, failed, out instruction, out place))
            {
                return -1;
            }
        }
    }

    private const int Matched = -2;

    /// <summary>Does one instruction: the place it leads to, -1 where it fails, <see cref="Matched"/> at the end.</summary>
    private int Step(ref int instruction, int place)
    {
        ref readonly var current = ref _program[instruction];
        switch (current.Op)
        {
            case PatternOp.Match:
                return Matched;
            case PatternOp.Literal:
                instruction++;
                return place < _text.Length && CodePoint.At(_text, place, out var literalLength) == current.First ? place + literalLength : -1;
            case PatternOp.Set:
                instruction++;
                return place < _text.Length && current.Class!.Contains(CodePoint.At(_text, place, out var setLength)) ? place + setLength : -1;
            case PatternOp.RepeatSet or PatternOp.RepeatSetPossessive:
                return RepeatSet(ref instruction, current, place);
            case PatternOp.Split:
                _ways.Push((current.Second, place, place));
                instruction = current.First;
                return place;
            case PatternOp.Jump:
                instruction = current.First;
                return place;
            case PatternOp.Atomic:
                var end = Run(instruction + 1, place);
                instruction = current.First;
                return end;
            case PatternOp.Look or PatternOp.LookNot:
                var isFound = LooksLike(instruction, current.Second, place);
                instruction = current.First;
                return isFound == (current.Op == PatternOp.Look) ? place : -1;
            default:
                instruction++;
                return IsPlace((PatternPlace)current.First, place) ? place : -1;
        }
    }

    private int RepeatSet(ref int instruction, in PatternInstruction current, int place)
    {
        var count = 0;
        var lowest = place;
        var end = place;
        while (end < _text.Length && count != current.Second && current.Class!.Contains(CodePoint.At(_text, end, out var length)))
        {
            end += length;
            if (++count == current.First)
            {
                lowest = end;
            }
        }

        instruction++;
        _stepsLeft -= count / 16;
        if (count < current.First)
        {
            return -1;
        }

        if (end > lowest && current.Op == PatternOp.RepeatSet)
        {
            _ways.Push((instruction, lowest, CodePoint.Previous(_text, end)));
        }

        return end;
    }

    private readonly bool TakeWay(int bottom, HashSet<long>? failed, out int instruction, out int place)
    {
        while (_ways.Count > bottom)
        {
            var way = _ways.Pop();
            if (way.Place > way.Lowest)
            {
                _ways.Push((way.Instruction, way.Lowest, CodePoint.Previous(_text, way.Place)));
            }

            if (failed is null || failed.Add(((long)(way.Instruction | int.MinValue) << 32) | (uint)way.Place))
            {
                (instruction, place) = (way.Instruction, way.Place);
                return true;
            }
        }

        (instruction, place) = (0, 0);
        return false;
    }

    private readonly void Forget(int bottom)
    {
        while (_ways.Count > bottom)
        {
            _ways.Pop();
        }
    }

    private bool LooksLike(int instruction, int width, int place)
    {
        if (width < 0)
        {
            return Run(instruction + 1, place) >= 0;
        }

        var start = place;
        for (; width > 0; width--)
        {
            if (start == 0)
            {
                return false;
            }

            start = CodePoint.Previous(_text, start);
        }

        return Run(instruction + 1, start) == place;
    }

    private readonly bool IsPlace(PatternPlace kind, int place) => kind switch
    {
        PatternPlace.TextStart => place == 0,
        PatternPlace.TextEnd => place == _text.Length,
        PatternPlace.TextEndOrLastNewline => place == _text.Length || (place == _text.Length - 1 && _text[place] == '\n'),
        PatternPlace.LineStart => place == 0 || (_text[place - 1] == '\n' && place < _text.Length),
        PatternPlace.LineEnd => place == _text.Length || _text[place] == '\n',
        PatternPlace.WordBoundary => IsWordBefore(place) != IsWordAt(place),
        _ => IsWordBefore(place) == IsWordAt(place),
    };

    private readonly bool IsWordAt(int place) => place < _text.Length && _word.Contains(CodePoint.At(_text, place, out _));

    private readonly bool IsWordBefore(int place)
        => place > 0 && _word.Contains(CodePoint.At(_text, CodePoint.Previous(_text, place), out _));
}
