using System.Globalization;
using System.Numerics;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's <c>'%s' % value</c>.</summary>
internal sealed class PercentFormat
{
    private const int MostWidth = 1_000_000;

    private readonly string _format;
    private readonly object _arguments;
    private readonly bool _isMarkup;
    private readonly StringBuilder _result = new();
    private int _at;
    private int _used;

    private PercentFormat(string format, object arguments, bool isMarkup)
    {
        _format = format;
        _arguments = arguments;
        _isMarkup = isMarkup;
    }

    public static object Apply(RenderState state, object format, object arguments)
    {
        var text = PyText.Raw(format)!;
        state.RequireCharacters(text.Length);
        var result = new PercentFormat(text, arguments, format is Markup).Run();
        state.RequireCharacters(result.Length);
        return format is Markup ? new Markup(result) : result;
    }

    private string Run()
    {
        while (_at < _format.Length)
        {
            var next = _format.IndexOf('%', _at);
            if (next < 0)
            {
                _result.Append(_format, _at, _format.Length - _at);
                break;
            }

            _result.Append(_format, _at, next - _at);
            _at = next + 1;
            One();
        }

        var isMapping = _arguments is PyDict or PyList or PyRange or Undefined or PyBytes;
        if (_arguments is PyTuple tuple ? _used < tuple.Items.Length : _used == 0 && !isMapping)
        {
            throw TemplateException.Type($"Not all values were used by the format {PyText.Repr(_format)}; give as many as it has %.");
        }

        return _result.ToString();
    }

    private void One()
    {
        object? named = null;
        if (Peek() == '(')
        {
            var close = _format.IndexOf(')', _at);
            if (close < 0)
            {
                throw TemplateException.Value("A name in the format lacks its closing parenthesis.");
            }

            if (_arguments is not PyDict dict)
            {
                throw TemplateException.Type($"The format names its values, so it needs a dict, not {PyType.Describe(_arguments)}.");
            }

            var name = _format[(_at + 1)..close];
            named = dict.Find(name) ?? throw new TemplateException(TemplateFaultKind.Lookup, $"The format needs a value named '{name}'.");
            _at = close + 1;
        }

        var flags = "";
        while (Peek() is '-' or '+' or ' ' or '#' or '0')
        {
            flags += _format[_at++];
        }

        var width = Number() ?? 0;
        if (width < 0)
        {
            flags += '-';
            width = -width;
        }

        int? precision = null;
        if (Peek() == '.')
        {
            _at++;
            precision = Math.Max(0, Number() ?? 0);
        }

        while (Peek() is 'h' or 'l' or 'L')
        {
            _at++;
        }

        var type = Peek() ?? throw TemplateException.Value("The format ends within a %.");
        _at++;
        if (type == '%')
        {
            _result.Append('%');
            return;
        }

        Write(type, named ?? Next(), flags, width, precision);
    }

    private void Write(char type, object value, string flags, int width, int? precision)
    {
        var text = type switch
        {
            's' => Cut(_isMarkup ? Markup.Escape(value) : PyText.Str(value), precision),
            'r' or 'a' => Cut(PyText.Repr(value), precision),
            'c' => value is string single && PyText.Length(single) == 1 ? single
                : PyNumber.IsInteger(value) ? PyText.Character(PyNumber.ToBig(value))
                : throw TemplateException.Type("%c needs one character or its number."),
            'd' or 'i' or 'u' or 'o' or 'x' or 'X' => Integer(type, value, flags, precision),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' => Float(type, value, flags, precision ?? 6),
            _ => throw TemplateException.Value($"The format has no type '%{type}'."),
        };
        var missing = width - PyText.Length(text);
        if (missing <= 0)
        {
            _result.Append(text);
        }
        else if (flags.Contains('-', StringComparison.Ordinal))
        {
            _result.Append(text).Append(' ', missing);
        }
        else if (flags.Contains('0', StringComparison.Ordinal) && type is not ('s' or 'r' or 'a' or 'c'))
        {
            var sign = text.Length > 0 && text[0] is '-' or '+' or ' ' ? 1 : 0;
            sign += text.AsSpan(sign).StartsWith("0x", StringComparison.OrdinalIgnoreCase) || text.AsSpan(sign).StartsWith("0o", StringComparison.Ordinal) ? 2 : 0;
            _result.Append(text, 0, sign).Append('0', missing).Append(text, sign, text.Length - sign);
        }
        else
        {
            _result.Append(' ', missing).Append(text);
        }
    }

    private static string Integer(char type, object value, string flags, int? precision)
    {
        if (value is Undefined undefined)
        {
            throw undefined.Fault();
        }

        var number = value is double real && type is 'd' or 'i' or 'u' ? new BigInteger(Math.Truncate((double)value))
            : PyNumber.IsInteger(value) ? PyNumber.ToBig(value)
            : throw TemplateException.Type($"%{type} needs a number, not {PyType.Describe(value)}; the int filter converts.");
        var magnitude = BigInteger.Abs(number);
        var (prefix, digits) = type switch
        {
            'o' => ("0o", FormatSpec.ToBase(magnitude, 3)),
            'x' => ("0x", FormatSpec.ToBase(magnitude, 4)),
            'X' => ("0X", FormatSpec.ToBase(magnitude, 4).ToUpperInvariant()),
            _ => ("", PyText.BigText(magnitude)),
        };
        return Sign(number.Sign < 0, flags) + (flags.Contains('#', StringComparison.Ordinal) ? prefix : "") + digits.PadLeft(precision ?? 0, '0');
    }

    private static string Float(char type, object value, string flags, int precision)
    {
        if (!PyNumber.IsNumber(value))
        {
            throw value is Undefined undefined ? undefined.Fault()
                : TemplateException.Type($"%{type} needs a number, not {PyType.Describe(value)}; the float filter converts.");
        }

        var number = PyNumber.ToDouble(value);
        var alternate = flags.Contains('#', StringComparison.Ordinal);
        var text = char.ToLowerInvariant(type) switch
        {
            'f' => FloatText.Fixed(Math.Abs(number), precision) + (alternate && precision == 0 ? "." : ""),
            'e' => FloatText.Exponential(Math.Abs(number), precision, alternate),
            _ => FloatText.General(Math.Abs(number), precision, alternate),
        };
        return Sign(double.IsNegative(number), flags) + (char.IsUpper(type) ? text.ToUpperInvariant() : text);
    }

    private static string Sign(bool negative, string flags) => negative ? "-"
        : flags.Contains('+', StringComparison.Ordinal) ? "+" : flags.Contains(' ', StringComparison.Ordinal) ? " " : "";

    private static string Cut(string text, int? precision) =>
        precision < PyText.Length(text) ? text[..PyText.ToUnits(text, precision.Value)] : text;

    private char? Peek() => _at < _format.Length ? _format[_at] : null;

    private int? Number()
    {
        if (Peek() == '*')
        {
            _at++;
            return Next() is long given ? (int)Math.Clamp(given, -MostWidth, MostWidth) : throw TemplateException.Type("A * in the format needs an integer.");
        }

        var first = _at;
        while (Peek() is >= '0' and <= '9')
        {
            _at++;
        }

        if (_at == first)
        {
            return null;
        }

        return int.TryParse(_format.AsSpan(first, _at - first), CultureInfo.InvariantCulture, out var number) && number <= MostWidth
            ? number
            : throw TemplateException.Limit($"The format asks for a width above {MostWidth}.");
    }

    private object Next()
    {
        if (_arguments is PyTuple tuple)
        {
            return _used < tuple.Items.Length
                ? tuple.Items[_used++]
                : throw TemplateException.Type($"The format {PyText.Repr(_format)} needs more values than the {tuple.Items.Length} given.");
        }

        return _used++ == 0
            ? _arguments
            : throw TemplateException.Type($"The format {PyText.Repr(_format)} needs more values than the one given; put them in parentheses.");
    }
}
