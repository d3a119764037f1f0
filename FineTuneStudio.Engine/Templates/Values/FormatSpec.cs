using System.Globalization;
using System.Numerics;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's format specification (<c>{:>8.2f}</c>): <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>.</summary>
internal sealed class FormatSpec
{
    private const int MostWidth = 1_000_000;

    private readonly string _text;
    private readonly bool _isNumber;
    private string _fill = " ";
    private char _align;
    private char _sign = '-';
    private bool _alternate;
    private bool _noNegativeZero;
    private int _width;
    private char _grouping;
    private int? _precision;
    private char _type;

    private FormatSpec(string text, bool isNumber)
    {
        _text = text;
        _isNumber = isNumber;
        Parse();
    }

    /// <summary>Python's <c>format(value, spec)</c>.</summary>
    public static string Apply(object value, string spec)
    {
        if (spec.Length == 0)
        {
            return PyText.Str(value);
        }

        return value switch
        {
            string or Markup => new FormatSpec(spec, isNumber: false).FormatText(PyText.Raw(value)!),
            long or BigInteger => new FormatSpec(spec, isNumber: true).FormatInteger(PyNumber.ToBig(value)),
            bool flag => new FormatSpec(spec, isNumber: true).FormatBoolean(flag),
            double number => new FormatSpec(spec, isNumber: true).FormatFloat(number),
            _ => throw TemplateException.Type($"{PyType.Describe(value)} takes no format ('{spec}'); convert it with the string filter first."),
        };
    }

    private void Parse()
    {
        var characters = PyText.CharacterTexts(_text);
        var at = 0;
        var fillGiven = false;
        if (characters.Count > 1 && characters[1] is "<" or ">" or "=" or "^")
        {
            _fill = characters[0];
            _align = characters[1][0];
            at = 2;
            fillGiven = true;
        }
        else if (characters.Count > 0 && characters[0] is "<" or ">" or "=" or "^")
        {
            _align = characters[0][0];
            at = 1;
        }

        if (Next("+", "-", " ") is { } sign)
        {
            _sign = sign[0];
        }

        _noNegativeZero = Next("z") is not null;
        _alternate = Next("#") is not null;
        if (!fillGiven && Next("0") is not null)
        {
            _fill = "0";
            _align = _align == 0 && _isNumber ? '=' : _align;
        }

        _width = Number() ?? 0;
        if (Next(",", "_") is { } grouping)
        {
            _grouping = grouping[0];
        }

        if (Next(".") is not null)
        {
            _precision = Number() ?? throw Bad("a precision is missing after the point");
        }

        if (at < characters.Count)
        {
            _type = characters[at++][0];
        }

        if (at < characters.Count)
        {
            throw Bad("there is too much behind the type");
        }

        string? Next(params ReadOnlySpan<string> wanted)
        {
            if (at < characters.Count && wanted.Contains(characters[at]))
            {
                return characters[at++];
            }

            return null;
        }

        int? Number()
        {
            var first = at;
            while (at < characters.Count && char.IsAsciiDigit(characters[at][0]))
            {
                at++;
            }

            if (at == first)
            {
                return null;
            }

            return int.TryParse(string.Concat(characters[first..at]), CultureInfo.InvariantCulture, out var number) && number <= MostWidth
                ? number
                : throw TemplateException.Limit($"The format '{_text}' asks for a width above {MostWidth}.");
        }
    }

    private string FormatText(string text)
    {
        if (_type is not ('\0' or 's') || _sign != '-' || _alternate || _grouping != 0 || _align == '=' || _noNegativeZero)
        {
            throw Bad("a text takes only fill, alignment, width, precision and the type s");
        }

        if (_precision < PyText.Length(text))
        {
            text = text[..PyText.ToUnits(text, _precision.Value)];
        }

        return Pad("", text, _align == 0 ? '<' : _align);
    }

    private string FormatBoolean(bool flag) => _type == 's'
        ? throw Bad("a boolean takes number formats only")
        : FormatInteger(flag ? 1 : 0);

    private string FormatInteger(BigInteger number)
    {
        if (_type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
        {
            return FormatFloat(PyNumber.ToDouble(Boxed.Of(number)));
        }

        if (_precision is not null)
        {
            throw Bad("an integer takes no precision");
        }

        if (_type == 'c')
        {
            return Pad("", PyText.Character(number), _align == 0 ? '<' : _align);
        }

        var magnitude = BigInteger.Abs(number);
        var (prefix, digits, group) = _type switch
        {
            '\0' or 'd' or 'n' => ("", PyText.BigText(magnitude), 3),
            'b' => ("0b", ToBase(magnitude, 1), 4),
            'o' => ("0o", ToBase(magnitude, 3), 4),
            'x' => ("0x", ToBase(magnitude, 4), 4),
            'X' => ("0X", ToBase(magnitude, 4).ToUpperInvariant(), 4),
            _ => throw Bad($"an integer has no type '{_type}'"),
        };
        var sign = SignText(number.Sign < 0) + (_alternate ? prefix : "");
        return PadNumber(sign, digits, "", group);
    }

    private string FormatFloat(double number)
    {
        var precision = _precision ?? 6;
        var value = Math.Abs(number);
        var text = _type switch
        {
            'f' or 'F' => FloatText.Fixed(value, precision) + (_alternate && precision == 0 ? "." : ""),
            'e' or 'E' => FloatText.Exponential(value, precision, _alternate),
            'g' or 'G' or 'n' => FloatText.General(value, precision, _alternate),
            '%' => FloatText.Fixed(value * 100, precision) + "%",
            '\0' => _precision is null ? FloatText.Repr(value) : FloatText.GeneralWithPoint(value, precision),
            _ => throw Bad($"a float has no type '{_type}'"),
        };
        text = _type is 'F' or 'E' or 'G' ? text.ToUpperInvariant() : text;
        var negative = double.IsNegative(number) && !(_noNegativeZero && text.All(unit => !char.IsAsciiDigit(unit) || unit == '0'));
        var end = 0;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return PadNumber(SignText(negative), text[..end], text[end..], 3);
    }

    private string SignText(bool negative) => negative ? "-" : _sign == '-' ? "" : _sign.ToString();

    private string PadNumber(string sign, string digits, string tail, int group)
    {
        var grouped = Group(digits, group);
        if (_align == '=' && _fill == "0" && _grouping != 0)
        {
            // Python groups the zeros that fill the width as well.
            while (sign.Length + grouped.Length + tail.Length < _width)
            {
                digits = "0" + digits;
                grouped = Group(digits, group);
            }
        }

        return Pad(sign, grouped + tail, _align == 0 ? '>' : _align);
    }

    private string Group(string digits, int size)
    {
        if (_grouping == 0 || digits.Length <= size)
        {
            return digits;
        }

        var result = new StringBuilder(digits);
        for (var i = digits.Length - size; i > 0; i -= size)
        {
            result.Insert(i, _grouping);
        }

        return result.ToString();
    }

    private string Pad(string sign, string body, char align)
    {
        var missing = _width - PyText.Length(sign) - PyText.Length(body);
        if (missing <= 0)
        {
            return sign + body;
        }

        return align switch
        {
            '<' => sign + body + Fill(missing),
            '>' => Fill(missing) + sign + body,
            '=' => sign + Fill(missing) + body,
            _ => Fill(missing / 2) + sign + body + Fill(missing - (missing / 2)),
        };
    }

    private string Fill(int count) => string.Concat(Enumerable.Repeat(_fill, count));

    /// <summary>Digits in base 2, 8 or 16.</summary>
    internal static string ToBase(BigInteger magnitude, int bits)
    {
        if (magnitude.IsZero)
        {
            return "0";
        }

        var digits = new StringBuilder();
        while (!magnitude.IsZero)
        {
            digits.Insert(0, "0123456789abcdef"[(int)(magnitude & ((1 << bits) - 1))]);
            magnitude >>= bits;
        }

        return digits.ToString();
    }

    private TemplateException Bad(string why) => TemplateException.Value($"The format '{_text}' cannot be used here: {why}.");
}
