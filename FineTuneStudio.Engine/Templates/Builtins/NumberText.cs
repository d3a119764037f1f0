using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using FineTuneStudio.Engine.Templates.Values;

namespace FineTuneStudio.Engine.Templates.Builtins;

/// <summary>Text as Python's <c>int()</c> and <c>float()</c> read it.</summary>
internal static partial class NumberText
{
    private const int MostDigits = 4300;

    /// <summary>The integer, or <see langword="null"/> where the text is none.</summary>
    public static BigInteger? ParseInt(string text, int radix)
    {
        if (radix is not (0 or (>= 2 and <= 36)))
        {
            return null;
        }

        var digits = Plain(text).ToLowerInvariant();
        var negative = digits.StartsWith('-');
        digits = negative || digits.StartsWith('+') ? digits[1..] : digits;
        var prefix = digits.Length > 2 && digits[0] == '0' ? digits[1] switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefix != 0 && radix is 0 or 16 or 8 or 2 && (radix == 0 || radix == prefix))
        {
            digits = digits[2..];
            digits = digits.StartsWith('_') ? digits[1..] : digits;
            radix = prefix;
        }
        else if (radix == 0)
        {
            radix = digits.Length > 1 && digits[0] == '0' && digits.Any(unit => unit is not ('0' or '_')) ? -1 : 10;
        }

        if (radix < 0 || !WellSpaced().IsMatch(digits) || digits.Length > MostDigits)
        {
            return null;
        }

        var value = BigInteger.Zero;
        foreach (var unit in digits.Where(unit => unit != '_'))
        {
            var digit = char.IsAsciiDigit(unit) ? unit - '0' : unit - 'a' + 10;
            if (digit >= radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return negative ? -value : value;
    }

    /// <summary>The float, or <see langword="null"/> where the text is none.</summary>
    public static double? ParseFloat(string text)
    {
        var plain = Plain(text).ToLowerInvariant();
        var sign = plain.StartsWith('-') ? -1.0 : 1.0;
        var unsigned = plain.Length > 0 && plain[0] is '+' or '-' ? plain[1..] : plain;
        if (unsigned is "inf" or "infinity")
        {
            return sign * double.PositiveInfinity;
        }

        if (unsigned == "nan")
        {
            return double.NaN;
        }

        return FloatForm().IsMatch(unsigned)
            ? sign * double.Parse(unsigned.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>Without white space around, and with ASCII digits for those of all scripts.</summary>
    private static string Plain(string text)
    {
        var trimmed = TextMethods.Trim(text, null, left: true, right: true);
        if (Ascii.IsValid(trimmed))
        {
            return trimmed;
        }

        return string.Concat(PyText.CodePoints(trimmed).Select(codePoint => UnicodeText.IsDecimal(codePoint)
            ? CharUnicodeInfo.GetDecimalDigitValue(PyText.Character(codePoint), 0).ToString(CultureInfo.InvariantCulture)
            : PyText.Character(codePoint)));
    }

    [GeneratedRegex(@"^[0-9a-z]+(?:_[0-9a-z]+)*\z")]
    private static partial Regex WellSpaced();

    [GeneratedRegex(@"^(?:[0-9]+(?:_[0-9]+)*\.?(?:[0-9]+(?:_[0-9]+)*)?|\.[0-9]+(?:_[0-9]+)*)(?:e[+-]?[0-9]+(?:_[0-9]+)*)?\z")]
    private static partial Regex FloatForm();
}
