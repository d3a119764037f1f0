using System.Globalization;
using System.Runtime.CompilerServices;

namespace FineTuneStudio.Engine.Tokenizers.Unicode;

/// <summary>Classes of code points as tokenizers count them: whole code points by the tables of Unicode 16, never UTF-16 halves.</summary>
/// <remarks>
/// The runtime's own general categories are those of Unicode 16 (a test holds them to the reference sets), so only what is not a general
/// category is written down here. A class is a bit mask over categories: <c>(mask &gt;&gt; category) &amp; 1</c>.
/// </remarks>
internal static class CodePoint
{
    /// <summary>One past the last code point.</summary>
    public const int Limit = 0x110000;

    /// <summary>White space among the control characters has a category of its own, so that <c>\s</c> is a mask like all others.</summary>
    public const int ControlSpace = 30;

    public const uint Letter = 0b1_1111;
    public const uint Mark = 0b1110_0000;
    public const uint Number = 0b111_0000_0000;
    public const uint Separator = 0b11_1000_0000_0000;
    public const uint Control = (1u << (int)UnicodeCategory.Control) | (1u << ControlSpace);
    public const uint Space = Separator | (1u << ControlSpace);
    public const uint Other = Control | (1u << (int)UnicodeCategory.Format) | (1u << (int)UnicodeCategory.Surrogate)
        | (1u << (int)UnicodeCategory.PrivateUse) | (1u << (int)UnicodeCategory.OtherNotAssigned);
    public const uint Punctuation = (1u << (int)UnicodeCategory.ConnectorPunctuation) | (1u << (int)UnicodeCategory.DashPunctuation)
        | (1u << (int)UnicodeCategory.OpenPunctuation) | (1u << (int)UnicodeCategory.ClosePunctuation)
        | (1u << (int)UnicodeCategory.InitialQuotePunctuation) | (1u << (int)UnicodeCategory.FinalQuotePunctuation)
        | (1u << (int)UnicodeCategory.OtherPunctuation);

    public const uint Symbol = (1u << (int)UnicodeCategory.MathSymbol) | (1u << (int)UnicodeCategory.CurrencySymbol)
        | (1u << (int)UnicodeCategory.ModifierSymbol) | (1u << (int)UnicodeCategory.OtherSymbol);

    public const uint DecimalDigit = 1u << (int)UnicodeCategory.DecimalDigitNumber;

    /// <summary><c>\w</c> without the few characters that no category holds (<see cref="IsOtherAlphabetic"/>).</summary>
    public const uint Word = Letter | Mark | DecimalDigit | (1u << (int)UnicodeCategory.LetterNumber)
        | (1u << (int)UnicodeCategory.ConnectorPunctuation);

    // Category of every UTF-16 unit; 64 KB that stay warm in the cache for the few blocks a text uses.
    private static readonly byte[] Units = BuildUnits();

    /// <summary>Category of a code point of the basic plane, or of a surrogate half (which no class but <c>\p{Cs}</c> holds).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CategoryOfUnit(char unit) => Units[unit];

    /// <summary>Category of any code point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Category(int codePoint)
        => codePoint < 0x10000 ? Units[codePoint] : (int)CharUnicodeInfo.GetUnicodeCategory(codePoint);

    /// <summary>Whether a code point is in a class.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(int codePoint, uint mask) => ((mask >> Category(codePoint)) & 1) != 0;

    /// <summary>The code point at an index and how many units it takes; a lone surrogate half stands for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int At(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        if (char.IsHighSurrogate(unit) && (uint)(index + 1) < (uint)text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(unit, text[index + 1]);
        }

        length = 1;
        return unit;
    }

    /// <summary>Where the code point before an index starts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Previous(ReadOnlySpan<char> text, int index)
        => index >= 2 && char.IsLowSurrogate(text[index - 1]) && char.IsHighSurrogate(text[index - 2]) ? index - 2 : index - 1;

    /// <summary>Alphabetic symbols that are no letters: circled and squared Latin letters.</summary>
    public static bool IsOtherAlphabetic(int codePoint) => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
        or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    /// <summary><c>\w</c> of Rust's regular expressions, by which the flags of added tokens are read.</summary>
    public static bool IsRustWord(int codePoint) => Is(codePoint, Word) || IsOtherAlphabetic(codePoint) || codePoint is 0x200C or 0x200D;

    /// <summary>One of the 25 characters of White_Space.</summary>
    public static bool IsSpace(int codePoint) => Is(codePoint, Space);

    private static byte[] BuildUnits()
    {
        var units = new byte[0x10000];
        for (var unit = 0; unit < units.Length; unit++)
        {
            units[unit] = unit is (>= 0x09 and <= 0x0D) or 0x85 ? (byte)ControlSpace : (byte)CharUnicodeInfo.GetUnicodeCategory((char)unit);
        }

        return units;
    }
}
