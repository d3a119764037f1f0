using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Grading.Mathematics;

/// <summary>Works out a written number: digits, fractions, mixed numbers, powers, roots, π, percent, in plain text or LaTeX.</summary>
internal sealed partial class MathExpression
{
    private const int Deepest = 50;
    private static readonly BigInteger Ten = 10;
    private readonly string _text;
    private int _next;
    private int _depth;

    private MathExpression(string text) => _text = text;

    /// <summary>The number, with the words behind it; <see langword="null"/> for what is no number (a word, a formula with letters).</summary>
    public static Quantity? TryParse(string source)
    {
        if (source.Length > MathText.Longest)
        {
            return null;
        }

        var parser = new MathExpression(MathText.Normalise(source));
        try
        {
            var number = parser.Sum();
            var isPercent = parser.Peek() == '%';
            parser._next += isPercent ? 1 : 0;
            var rest = parser._text[parser._next..].Trim();
            return rest.Length == 0 || MathUnit.IsWords(rest) ? new Quantity(isPercent ? number / 100 : number, isPercent, MathUnit.Find(rest)) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private MathNumber Sum()
    {
        if (++_depth > Deepest)
        {
            throw new FormatException("Brackets stand too deep inside of each other.");
        }

        var value = Product();
        while (Peek() is '+' or '-')
        {
            value = _text[_next++] == '+' ? value + Product() : value - Product();
        }

        _depth--;
        return value;
    }

    private MathNumber Product()
    {
        var value = Signed();
        while (true)
        {
            switch (Peek())
            {
                case '*':
                    _next++;
                    value *= Signed();
                    break;
                case '/':
                    _next++;
                    value /= Signed();
                    break;
                case '(' or '\\' or 'π':
                    value *= Power();
                    break;
                default:
                    return value;
            }
        }
    }

    private MathNumber Signed()
    {
        if (Peek() is not ('-' or '+'))
        {
            return Power();
        }

        if (++_depth > Deepest)
        {
            throw new FormatException("Too many signs.");
        }

        var isNegative = _text[_next++] == '-';
        var value = Signed();
        _depth--;
        return isNegative ? -value : value;
    }

    private MathNumber Power()
    {
        var value = Operand();
        if (Peek() != '^')
        {
            return value;
        }

        _next++;
        return value.Power(Peek() is '{' or '(' ? Braced() : Signed());
    }

    private MathNumber Operand()
    {
        switch (Peek())
        {
            case '(' or '{':
                return Braced();
            case 'π':
                _next++;
                return MathNumber.Inexact(Math.PI);
            case '\\':
                return Command();
            case { } digit when char.IsAsciiDigit(digit) || digit == '.':
                return Mixed(Number());
            default:
                throw new FormatException("No number stands where one should.");
        }
    }

    // 1 1/2 and 1\frac{1}{2} are one and a half; a factor is written with a sign or a bracket.
    private MathNumber Mixed(MathNumber whole)
    {
        if (MixedFraction().Match(_text, _next) is { Success: true } fraction)
        {
            _next += fraction.Length;
            return whole + (Whole(fraction.Groups[1].Value) / Whole(fraction.Groups[2].Value));
        }

        return Peek() == '\\' && _text.AsSpan(_next).StartsWith("\\frac", StringComparison.Ordinal) && whole.IsExact ? whole + Command() : whole;
    }

    private MathNumber Command()
    {
        if (Take("\\frac"))
        {
            return Argument() / Argument();
        }

        if (!Take("\\sqrt"))
        {
            throw new FormatException("This is no number.");
        }

        MathNumber degree = 2;
        if (Peek() == '[')
        {
            _next++;
            degree = Sum();
            TakeSign(']');
        }

        return Argument().Root(degree);
    }

    // {…}, (…), or a single digit as LaTeX has it: \frac12.
    private MathNumber Argument()
    {
        if (Peek() is '{' or '(')
        {
            return Braced();
        }

        return Peek() is { } digit && char.IsAsciiDigit(digit) ? Whole(_text[_next++].ToString()) : Operand();
    }

    private MathNumber Braced()
    {
        var close = _text[_next++] == '{' ? '}' : ')';
        var value = Sum();
        TakeSign(close);
        return value;
    }

    private MathNumber Number()
    {
        var match = Digits().Match(_text, _next);
        if (!match.Success)
        {
            throw new FormatException("This is no number.");
        }

        _next += match.Length;
        var decimals = match.Groups["decimals"].Value;
        var value = Whole(match.Groups["whole"].Value + decimals + (match.Groups["whole"].Length + decimals.Length == 0 ? "x" : "")) / ((MathNumber)Ten).Power(decimals.Length);
        return match.Groups["power"].Success ? value * ((MathNumber)Ten).Power(int.Parse(match.Groups["power"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) : value;
    }

    private static MathNumber Whole(string digits) => BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    private char? Peek()
    {
        while (_next < _text.Length && _text[_next] == ' ')
        {
            _next++;
        }

        return _next < _text.Length ? _text[_next] : null;
    }

    private bool Take(string command)
    {
        if (!_text.AsSpan(_next).StartsWith(command, StringComparison.Ordinal))
        {
            return false;
        }

        _next += command.Length;
        return true;
    }

    private void TakeSign(char sign)
    {
        if (Peek() != sign)
        {
            throw new FormatException($"A {sign} is missing.");
        }

        _next++;
    }

    [GeneratedRegex(@"\G(?<whole>\d*)(?:\.(?<decimals>\d+))?\.?(?:[eE](?<power>[-+]?\d{1,4})(?![\d\p{L}]))?")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\G (\d+)/(\d+)(?!\d)")]
    private static partial Regex MixedFraction();
}
