using System.Globalization;
using System.Numerics;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Floats as Python writes them: the shortest text that reads back, or correctly rounded digits (half to even, on the exact value).</summary>
internal static class FloatText
{
    private const int MostDigits = 10_000;

    /// <summary>Python's <c>repr</c>: shortest, with an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Repr(double value)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        var (digits, exponent) = Shortest(value);
        var sign = double.IsNegative(value) ? "-" : "";
        return sign + (exponent is < -4 or >= 16
            ? Scientific(digits, exponent, "e")
            : Plain(digits, exponent, digits.Length <= exponent + 1 ? ".0" : ""));
    }

    /// <summary><c>%f</c>: a number of digits behind the point.</summary>
    public static string Fixed(double value, int precision)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        RequireDigits(precision);
        var scaled = Scaled(Math.Abs(value), precision).ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        var text = precision == 0 ? scaled : $"{scaled[..^precision]}.{scaled[^precision..]}";
        return double.IsNegative(value) ? "-" + text : text;
    }

    /// <summary><c>%e</c>: one digit, the point, a number of digits, the exponent.</summary>
    public static string Exponential(double value, int precision, bool keepPoint = false)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        RequireDigits(precision);
        var (digits, exponent) = Rounded(Math.Abs(value), precision + 1);
        var sign = double.IsNegative(value) ? "-" : "";
        var mantissa = precision > 0 ? $"{digits[0]}.{digits[1..]}" : digits[..1] + (keepPoint ? "." : "");
        return $"{sign}{mantissa}{Exponent(exponent, "e")}";
    }

    /// <summary><c>%g</c>: significant digits, without trailing zeros unless <paramref name="keepZeros"/>.</summary>
    public static string General(double value, int precision, bool keepZeros = false)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        RequireDigits(precision);
        precision = Math.Max(precision, 1);
        var (digits, exponent) = Rounded(Math.Abs(value), precision);
        var sign = double.IsNegative(value) ? "-" : "";
        if (!keepZeros)
        {
            digits = digits.TrimEnd('0');
            digits = digits.Length == 0 ? "0" : digits;
        }

        return sign + (exponent < -4 || exponent >= precision ? Scientific(digits, exponent, "e") : Plain(digits, exponent, ""));
    }

    /// <summary>A float with a precision but no type: as <c>%g</c>, but always with a point or an exponent.</summary>
    public static string GeneralWithPoint(double value, int precision)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        RequireDigits(precision);
        precision = Math.Max(precision, 1);
        var (digits, exponent) = Rounded(value, precision);
        digits = digits.TrimEnd('0');
        digits = digits.Length == 0 ? "0" : digits;
        return exponent < -4 || exponent >= precision - (value == 0 ? 0 : 1)
            ? Scientific(digits, exponent, "e")
            : Plain(digits, exponent, digits.Length <= exponent + 1 ? ".0" : "");
    }

    /// <summary>The digits that read back to the value, and the power of ten of the first one.</summary>
    public static (string Digits, int Exponent) Shortest(double value)
    {
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var digits = new StringBuilder();
        var mark = shortest.IndexOf('E', StringComparison.Ordinal);
        foreach (var unit in mark < 0 ? shortest : shortest[..mark])
        {
            if (unit != '.' && (digits.Length > 0 || unit != '0'))
            {
                digits.Append(unit);
            }
        }

        var trimmed = digits.ToString().TrimEnd('0');
        return trimmed.Length == 0 ? ("0", 0) : (trimmed, ExponentOf(shortest, mark));
    }

    /// <summary>The nearest float to the value rounded to so many decimal places (which may be negative).</summary>
    public static double Round(double value, int places)
    {
        if (!double.IsFinite(value) || places > 350)
        {
            return value;
        }

        if (places < -310)
        {
            return Math.CopySign(0, value);
        }

        var scaled = Scaled(Math.Abs(value), places);
        var text = string.Create(CultureInfo.InvariantCulture, $"{scaled}E{-places}");
        return Math.CopySign(double.Parse(text, CultureInfo.InvariantCulture), value);
    }

    private static int ExponentOf(string shortest, int mark)
    {
        if (mark >= 0)
        {
            return int.Parse(shortest.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        var point = shortest.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? shortest : shortest[..point];
        if (whole != "0")
        {
            return whole.Length - 1;
        }

        var zeros = 0;
        while (shortest[point + 1 + zeros] == '0')
        {
            zeros++;
        }

        return -zeros - 1;
    }

    private static string Plain(string digits, int exponent, string suffix)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0') + suffix
            : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    private static string Scientific(string digits, int exponent, string letter) =>
        digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + Exponent(exponent, letter);

    private static string Exponent(int exponent, string letter) =>
        string.Create(CultureInfo.InvariantCulture, $"{letter}{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");

    /// <summary>The value times ten to the power of places, as an integer: exact, rounded half to even.</summary>
    private static BigInteger Scaled(double value, int places)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var power = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        BigInteger numerator = power == 0 ? mantissa : mantissa | 0x10000000000000;
        var denominator = BigInteger.One;
        power = Math.Max(power, 1) - 1075;
        if (places >= 0)
        {
            numerator *= BigInteger.Pow(10, places);
        }
        else
        {
            denominator = BigInteger.Pow(10, -places);
        }

        if (power >= 0)
        {
            numerator <<= power;
        }
        else
        {
            denominator <<= -power;
        }

        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var order = (remainder * 2).CompareTo(denominator);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static (string Digits, int Exponent) Rounded(double value, int count)
    {
        if (value == 0)
        {
            return (new string('0', count), 0);
        }

        var exponent = Shortest(value).Exponent;
        var digits = Scaled(value, count - 1 - exponent).ToString(CultureInfo.InvariantCulture);
        return digits.Length > count ? (digits[..count], exponent + 1) : (digits, exponent);
    }

    private static string? Special(double value) => double.IsNaN(value) ? "nan"
        : double.IsPositiveInfinity(value) ? "inf" : double.IsNegativeInfinity(value) ? "-inf" : null;

    private static void RequireDigits(int precision)
    {
        if (precision > MostDigits)
        {
            throw TemplateException.Limit($"A precision of {precision} digits is too large; use {MostDigits} or fewer.");
        }
    }
}
