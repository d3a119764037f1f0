using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's strings over UTF-16: lengths and positions count code points; <c>str()</c> and <c>repr()</c> of any value.</summary>
internal static class PyText
{
    private const int MostDigits = 4300;
    private static readonly string[] Ascii = [.. Enumerable.Range(0, 128).Select(unit => ((char)unit).ToString())];

    /// <summary>The text of a str or Markup; <see langword="null"/> for anything else.</summary>
    public static string? Raw(object value) => value as string ?? (value as Markup)?.Text;

    /// <summary>The text of an argument that has to be one.</summary>
    /// <exception cref="TemplateException">It is none.</exception>
    public static string Require(object value, string what) => Raw(value)
        ?? (value is Undefined undefined ? throw undefined.Fault() : throw TemplateException.Type($"{what} must be a text, not {PyType.Describe(value)}; the string filter converts."));

    /// <summary>Python's <c>str(value)</c>: what printing gives.</summary>
    public static string Str(object value) => value switch
    {
        string text => text,
        Markup markup => markup.Text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        Undefined => "",
        _ => Repr(value),
    };

    /// <summary>Python's <c>repr(value)</c>.</summary>
    public static string Repr(object value)
    {
        switch (value)
        {
            case bool flag:
                return flag ? "True" : "False";
            case long number:
                return number.ToString(CultureInfo.InvariantCulture);
            case None:
                return "None";
            case double number:
                return FloatText.Repr(number);
            case BigInteger number:
                return BigText(number);
        }

        var result = new StringBuilder();
        PyRepr.Append(result, value);
        return result.ToString();
    }

    public static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    /// <summary>Number of code points.</summary>
    public static int Length(string text)
    {
        if (!HasSurrogates(text))
        {
            return text.Length;
        }

        var length = 0;
        foreach (var _ in CodePoints(text))
        {
            length++;
        }

        return length;
    }

    /// <summary>Code points in order; a lone surrogate counts as one.</summary>
    public static IEnumerable<int> CodePoints(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                yield return char.ConvertToUtf32(text[i], text[i + 1]);
                i++;
            }
            else
            {
                yield return text[i];
            }
        }
    }

    /// <summary>The text of a number that should be a code point.</summary>
    /// <exception cref="TemplateException">It is none.</exception>
    public static string Character(BigInteger codePoint) => codePoint >= 0 && codePoint <= 0x10FFFF
        ? Character((int)codePoint)
        : throw new TemplateException(TemplateFaultKind.Overflow, $"{codePoint} is the number of no character.");

    /// <summary>The text of one code point.</summary>
    public static string Character(int codePoint) => codePoint < 128 ? Ascii[codePoint]
        : codePoint <= 0xFFFF ? ((char)codePoint).ToString() : char.ConvertFromUtf32(codePoint);

    public static IEnumerable<object> Characters(string text) => CodePoints(text).Select(Character);

    public static List<string> CharacterTexts(string text) => [.. CodePoints(text).Select(Character)];

    /// <summary>The code point at a Python index, or <see langword="null"/> outside.</summary>
    public static string? At(string text, long index)
    {
        if (!HasSurrogates(text))
        {
            index = index < 0 ? index + text.Length : index;
            return index >= 0 && index < text.Length ? Character(text[(int)index]) : null;
        }

        var characters = CharacterTexts(text);
        index = index < 0 ? index + characters.Count : index;
        return index >= 0 && index < characters.Count ? characters[(int)index] : null;
    }

    /// <summary>UTF-16 position of a code point position (which may be one past the end).</summary>
    public static int ToUnits(string text, int position)
    {
        if (!HasSurrogates(text))
        {
            return Math.Min(position, text.Length);
        }

        var units = 0;
        for (; position > 0 && units < text.Length; position--)
        {
            units += char.IsHighSurrogate(text[units]) && units + 1 < text.Length && char.IsLowSurrogate(text[units + 1]) ? 2 : 1;
        }

        return units;
    }

    /// <summary>Code point position of a UTF-16 position.</summary>
    public static int ToPoints(string text, int units) => HasSurrogates(text) ? Length(text[..units]) : units;

    /// <summary>Order by code points, which for surrogates is not the order of UTF-16 units.</summary>
    public static int Compare(string left, string right)
    {
        if (!HasSurrogates(left) && !HasSurrogates(right))
        {
            return string.CompareOrdinal(left, right);
        }

        using var a = CodePoints(left).GetEnumerator();
        using var b = CodePoints(right).GetEnumerator();
        while (true)
        {
            var (more, other) = (a.MoveNext(), b.MoveNext());
            if (!more || !other)
            {
                return more.CompareTo(other);
            }

            if (a.Current != b.Current)
            {
                return a.Current.CompareTo(b.Current);
            }
        }
    }

    /// <summary>Python's white space: .NET's and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001C' and <= '\u001F';

    public static bool IsSpace(string text) => text.Length > 0 && text.All(IsSpace);

    /// <summary>Decimal text of an integer, refused beyond Python's limit of 4300 digits.</summary>
    public static string BigText(BigInteger number)
    {
        if (number.GetBitLength() > MostDigits * 3.33)
        {
            throw TemplateException.Value($"The integer has more than {MostDigits} digits, too many to print.");
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Refuses values nested so deeply that walking them would overflow the stack.</summary>
    public static void RequireStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TemplateException.Limit("The value is nested too deeply.");
        }
    }
}
