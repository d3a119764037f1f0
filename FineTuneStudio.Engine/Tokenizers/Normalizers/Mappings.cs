using System.Globalization;
using System.Text;
using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>The normalizers that look at one code point at a time.</summary>
internal static class Mappings
{
    /// <summary>Small letters; only the dotted capital I becomes two code points, and a final sigma is not looked for.</summary>
    public static string? Lowercase(int codePoint)
    {
        if (codePoint == 0x130)
        {
            return "i\u0307";
        }

        var lower = Rune.TryCreate(codePoint, out var rune) ? Rune.ToLowerInvariant(rune) : rune;
        return lower == rune ? null : lower.ToString();
    }

    /// <summary>Leaves combining marks out.</summary>
    public static string? StripAccents(int codePoint) => NormalizationTables.Instance.IsMark(codePoint) ? "" : null;

    /// <summary>SentencePiece's NMT rules: no control characters, every kind of space is a space.</summary>
    public static string? Nmt(int codePoint) => codePoint switch
    {
        (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F => "",
        0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => " ",
        _ => null,
    };

    /// <summary>BERT: no control characters, every white space is a space.</summary>
    public static string? BertClean(int codePoint)
    {
        if (codePoint is '\t' or '\n' or '\r')
        {
            return " ";
        }

        const uint Removed = CodePoint.Control | (1u << (int)UnicodeCategory.PrivateUse);
        if (codePoint is 0 or 0xFFFD || CodePoint.Is(codePoint, Removed) || NormalizationTables.Instance.IsOlderFormat(codePoint))
        {
            return "";
        }

        return CodePoint.IsSpace(codePoint) ? " " : null;
    }

    /// <summary>BERT: a space on both sides of every Chinese character.</summary>
    public static string? BertChinese(int codePoint)
    {
        var isChinese = codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
            or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0x2F800 and <= 0x2FA1F);
        return isChinese ? $" {char.ConvertFromUtf32(codePoint)} " : null;
    }

    /// <summary>BERT: leaves marks without a width of their own out.</summary>
    public static string? BertMarks(int codePoint) => NormalizationTables.Instance.IsOlderNonSpacingMark(codePoint) ? "" : null;

    /// <summary>A symbol for each byte.</summary>
    public static string? ByteLevel(int codePoint)
    {
        if (codePoint is >= '!' and <= '~')
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[4];
        var rune = Rune.TryCreate(codePoint, out var valid) ? valid : Rune.ReplacementChar;
        var count = rune.EncodeToUtf8(bytes);
        Span<char> symbols = stackalloc char[4];
        for (var index = 0; index < count; index++)
        {
            symbols[index] = ByteSymbols.Of(bytes[index]);
        }

        return symbols[..count].ToString();
    }
}
