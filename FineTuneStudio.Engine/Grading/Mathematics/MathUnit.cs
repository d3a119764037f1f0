using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Grading.Mathematics;

/// <summary>A unit that a number was written with: what it measures, and how many of the first of its kind it is.</summary>
/// <param name="Dimension">What it measures.</param>
/// <param name="Factor">Over the first unit of its dimension.</param>
internal sealed partial record MathUnit(string Dimension, MathNumber Factor)
{
    private static readonly Dictionary<string, MathUnit> Known = Table();

    /// <summary>The unit of these words; <see langword="null"/> for words that are none (apples), which say nothing about a number's size.</summary>
    public static MathUnit? Find(string words)
    {
        var word = words.Trim().TrimEnd('.').ToLowerInvariant();
        return Known.GetValueOrDefault(word) ?? (word.Length > 2 && word.EndsWith('s') ? Known.GetValueOrDefault(word[..^1]) : null);
    }

    /// <summary>Whether these are words that may stand behind a number.</summary>
    public static bool IsWords(string text) => Words().IsMatch(text);

    private static Dictionary<string, MathUnit> Table()
    {
        var table = new Dictionary<string, MathUnit>(StringComparer.Ordinal);
        void Add(string dimension, int numerator, int denominator, params string[] names)
        {
            foreach (var name in names)
            {
                table[name] = new MathUnit(dimension, (MathNumber)numerator / denominator);
            }
        }

        Add("length", 1, 1, "m", "meter", "metre");
        Add("length", 1000, 1, "km", "kilometer", "kilometre");
        Add("length", 1, 100, "cm", "centimeter", "centimetre");
        Add("length", 1, 1000, "mm", "millimeter", "millimetre");
        Add("length", 254, 10_000, "in", "inch", "inches");
        Add("length", 3048, 10_000, "ft", "foot", "feet");
        Add("length", 9144, 10_000, "yd", "yard");
        Add("length", 1_609_344, 1000, "mi", "mile");
        Add("mass", 1, 1, "g", "gram");
        Add("mass", 1000, 1, "kg", "kilogram");
        Add("mass", 1, 1000, "mg", "milligram");
        Add("mass", 1_000_000, 1, "t", "ton", "tonne");
        Add("mass", 45_359_237, 100_000, "lb", "pound");
        Add("time", 1, 1, "s", "sec", "second");
        Add("time", 1, 1000, "ms", "millisecond");
        Add("time", 60, 1, "min", "minute");
        Add("time", 3600, 1, "h", "hr", "hour");
        Add("time", 86_400, 1, "d", "day");
        Add("time", 604_800, 1, "week");
        Add("volume", 1, 1, "l", "liter", "litre");
        Add("volume", 1, 1000, "ml", "milliliter", "millilitre");
        Add("angle", 1, 1, "°", "degree", "deg");
        Add("money", 1, 1, "dollar", "usd");
        Add("money", 1, 100, "cent", "¢");
        return table;
    }

    [GeneratedRegex(@"^\s*(?:°|¢|[\p{L}]{1,30}\.?)(?:[\s/*-]+\p{L}{1,30}(?:\^\d)?){0,5}(?:\^\d)?\s*$")]
    private static partial Regex Words();
}
