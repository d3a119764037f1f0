using System.Globalization;

namespace FineTuneStudio.Engine.Grading.Formulas;

/// <summary>Reads a formula by recursive descent into a tree of functions.</summary>
internal sealed class FormulaParser(string source)
{
    private const int DeepestNesting = 100;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _next;
    private int _depth;

    /// <summary>The names found.</summary>
    public IReadOnlySet<string> Names => _names;

    /// <summary>The whole text as one formula.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public FormulaValue Parse()
    {
        if (source.Length > Formula.LongestText)
        {
            throw new FormatException($"Found a formula of {source.Length} characters; expected at most {Formula.LongestText}.");
        }

        var value = Sum();
        return Peek() is null ? value : throw Unexpected("an operator or the end");
    }

    private FormulaValue Sum()
    {
        Enter();
        var operands = new List<(char Sign, FormulaValue Value)> { ('+', Product()) };
        while (Peek() is '+' or '-')
        {
            operands.Add((source[_next++], Product()));
        }

        _depth--;
        return operands is [var only]
            ? only.Value
            : scores => operands.Aggregate(0.0, (sum, operand) => operand.Sign == '+' ? sum + operand.Value(scores) : sum - operand.Value(scores));
    }

    private FormulaValue Product()
    {
        var operands = new List<(char Sign, FormulaValue Value)> { ('*', Signed()) };
        while (Peek() is '*' or '/')
        {
            operands.Add((source[_next++], Signed()));
        }

        return operands is [var only]
            ? only.Value
            : scores => operands.Aggregate(1.0, (product, operand) => operand.Sign == '*' ? product * operand.Value(scores) : product / operand.Value(scores));
    }

    private FormulaValue Signed()
    {
        if (Peek() is not ('-' or '+'))
        {
            return Power();
        }

        Enter();
        var isNegative = source[_next++] == '-';
        var value = Signed();
        _depth--;
        return isNegative ? scores => -value(scores) : value;
    }

    private FormulaValue Power()
    {
        var value = Operand();
        if (Peek() != '^')
        {
            return value;
        }

        Enter();
        _next++;
        var exponent = Signed();
        _depth--;
        return scores => Math.Pow(value(scores), exponent(scores));
    }

    private FormulaValue Operand()
    {
        switch (Peek())
        {
            case '(':
                _next++;
                var inner = Sum();
                Take(')');
                return inner;
            case { } digit when char.IsAsciiDigit(digit) || digit == '.':
                var number = Number();
                return _ => number;
            case { } letter when IsNameStart(letter):
                var start = _next;
                while (_next < source.Length && (IsNameStart(source[_next]) || char.IsAsciiDigit(source[_next])))
                {
                    _next++;
                }

                var name = source[start.._next];
                return Peek() == '(' ? Call(name, start) : Score(name);
            default:
                throw Unexpected("a number, a grader's name, a function or '('");
        }
    }

    private FormulaValue Score(string name)
    {
        _names.Add(name);
        return scores => scores[name];
    }

    private FormulaValue Call(string name, int start)
    {
        _next++;
        var arguments = new List<FormulaValue> { Sum() };
        while (Peek() == ',')
        {
            _next++;
            arguments.Add(Sum());
        }

        Take(')');
        if (name is "min" or "max")
        {
            return name == "min"
                ? scores => arguments.Aggregate(double.PositiveInfinity, (least, argument) => Math.Min(least, argument(scores)))
                : scores => arguments.Aggregate(double.NegativeInfinity, (most, argument) => Math.Max(most, argument(scores)));
        }

        Func<double, double> function = name switch
        {
            "abs" => Math.Abs,
            "floor" => Math.Floor,
            "ceil" => Math.Ceiling,
            "exp" => Math.Exp,
            "sqrt" => Math.Sqrt,
            "log" => Math.Log,
            _ => throw new FormatException($"Found a function '{name}' at character {start + 1}; expected one of min, max, abs, floor, ceil, exp, sqrt, log."),
        };
        return arguments is [var argument]
            ? scores => function(argument(scores))
            : throw new FormatException($"Found {arguments.Count} arguments of '{name}' at character {start + 1}; expected one.");
    }

    private double Number()
    {
        var start = _next;
        Digits();
        if (_next < source.Length && source[_next] == '.')
        {
            _next++;
            Digits();
        }

        if (_next < source.Length && source[_next] is 'e' or 'E')
        {
            var mark = _next++;
            _next += _next < source.Length && source[_next] is '+' or '-' ? 1 : 0;
            var digits = _next;
            Digits();
            _next = _next == digits ? mark : _next;
        }

        return double.TryParse(source.AsSpan(start, _next - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new FormatException($"Found '{source[start.._next]}' at character {start + 1}; expected a number.");
    }

    private void Digits()
    {
        while (_next < source.Length && char.IsAsciiDigit(source[_next]))
        {
            _next++;
        }
    }

    private static bool IsNameStart(char letter) => char.IsLetter(letter) || letter == '_';

    private char? Peek()
    {
        while (_next < source.Length && char.IsWhiteSpace(source[_next]))
        {
            _next++;
        }

        return _next < source.Length ? source[_next] : null;
    }

    private void Take(char expected)
    {
        if (Peek() != expected)
        {
            throw Unexpected($"'{expected}'");
        }

        _next++;
    }

    private void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw new FormatException($"Found more than {DeepestNesting} brackets inside of each other at character {_next + 1}; expected fewer.");
        }
    }

    private FormatException Unexpected(string expected)
        => new($"Found {(Peek() is { } found ? $"'{found}' at character {_next + 1}" : "the end")}; expected {expected}.");
}
