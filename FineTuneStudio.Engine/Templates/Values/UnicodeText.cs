using System.Globalization;
using System.Text;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Python's case mappings and character classes, which follow the full Unicode tables (one character may become three).</summary>
internal static class UnicodeText
{
    /// <summary>Ideographs that Unicode counts as numbers and .NET does not.</summary>
    private const string IdeographicNumbers =
        "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零參拾兩零六陸什𠀁𠁤𠃢𠄡𠤪𠦃𠦌𠦜𠫪𠫽𠬙𢎐𢦘𣬛𦉭廾";

    private const char FinalSigma = 'ς';
    private const char SmallSigma = 'σ';
    private const char CapitalSigma = 'Σ';

    public static string Upper(string text) => Ascii(text) ? text.ToUpperInvariant() : Map(text, UpperOf);

    public static string Lower(string text) => Ascii(text) ? text.ToLowerInvariant() : LowerFull(text);

    public static string CaseFold(string text) => Ascii(text) ? text.ToLowerInvariant() : Map(text, CaseFoldOf);

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var first = PyText.At(text, 0)!;
        return TitleOf(PyText.CodePoints(first).First()) + LowerFull(text)[LowerFull(first).Length..];
    }

    public static string SwapCase(string text) => Map(text, codePoint => IsUpper(codePoint) ? LowerOf(codePoint) : IsLower(codePoint) ? UpperOf(codePoint) : PyText.Character(codePoint));

    /// <summary><c>str.title</c>: the first cased letter after an uncased character is title case, the rest lower case.</summary>
    public static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var codePoint in PyText.CodePoints(text))
        {
            result.Append(inWord ? LowerOf(codePoint) : TitleOf(codePoint));
            inWord = IsCased(codePoint);
        }

        return result.ToString();
    }

    public static bool IsTitle(string text)
    {
        var (cased, inWord) = (false, false);
        foreach (var codePoint in PyText.CodePoints(text))
        {
            if (IsUpper(codePoint) || Category(codePoint) == UnicodeCategory.TitlecaseLetter)
            {
                if (inWord)
                {
                    return false;
                }

                (inWord, cased) = (true, true);
            }
            else if (IsLower(codePoint))
            {
                if (!inWord)
                {
                    return false;
                }

                cased = true;
            }
            else
            {
                inWord = false;
            }
        }

        return cased;
    }

    /// <summary>Whether all characters pass, and there is one.</summary>
    public static bool All(string text, Func<int, bool> test) => text.Length > 0 && PyText.CodePoints(text).All(test);

    /// <summary>Whether no cased character fails, and there is a cased one (<c>isupper</c>, <c>islower</c>).</summary>
    public static bool AllCased(string text, Func<int, bool> wanted, Func<int, bool> unwanted)
    {
        var found = false;
        foreach (var codePoint in PyText.CodePoints(text))
        {
            if (unwanted(codePoint) || Category(codePoint) == UnicodeCategory.TitlecaseLetter)
            {
                return false;
            }

            found |= wanted(codePoint);
        }

        return found;
    }

    public static bool IsUpper(int codePoint) => Category(codePoint) == UnicodeCategory.UppercaseLetter
        || codePoint is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    public static bool IsLower(int codePoint) => Category(codePoint) == UnicodeCategory.LowercaseLetter
        || codePoint is 0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8) or 0x2C0 or 0x2C1 or (>= 0x2E0 and <= 0x2E4) or 0x345 or 0x37A
            or (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF) or 0x2071 or 0x207F or (>= 0x2090 and <= 0x209C)
            or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9) or 0x2C7C or 0x2C7D or 0xA69C or 0xA69D or 0xA770 or 0xA7F8 or 0xA7F9
            or (>= 0xAB5C and <= 0xAB5F) or 0x10780 or (>= 0x10783 and <= 0x10785) or (>= 0x10787 and <= 0x107B0) or (>= 0x107B2 and <= 0x107BA);

    public static bool IsCased(int codePoint) => IsUpper(codePoint) || IsLower(codePoint) || Category(codePoint) == UnicodeCategory.TitlecaseLetter;

    public static bool IsAlpha(int codePoint) => Category(codePoint) <= UnicodeCategory.OtherLetter;

    public static bool IsDecimal(int codePoint) => Category(codePoint) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(int codePoint) => IsDecimal(codePoint) || CharUnicodeInfo.GetDigitValue(PyText.Character(codePoint), 0) >= 0;

    public static bool IsNumeric(int codePoint) => IsDigit(codePoint) || CharUnicodeInfo.GetNumericValue(PyText.Character(codePoint), 0) >= 0
        || codePoint == 0xF33 || (codePoint >= 0x3400 && IdeographicNumbers.Contains(PyText.Character(codePoint), StringComparison.Ordinal));

    public static bool IsAlphanumeric(int codePoint) => IsAlpha(codePoint) || IsNumeric(codePoint);

    public static bool IsPrintable(int codePoint) => codePoint == ' ' || Category(codePoint) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    public static bool IsIdentifierStart(int codePoint) => codePoint == '_' || IsAlpha(codePoint) || Category(codePoint) == UnicodeCategory.LetterNumber;

    public static bool IsIdentifierPart(int codePoint) => IsIdentifierStart(codePoint) || Category(codePoint) is
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation
        || codePoint is 0xB7 or 0x387;

    public static UnicodeCategory Category(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint);

    private static bool Ascii(string text) => System.Text.Ascii.IsValid(text);

    private static string Map(string text, Func<int, string> map)
    {
        var result = new StringBuilder(text.Length);
        foreach (var codePoint in PyText.CodePoints(text))
        {
            result.Append(map(codePoint));
        }

        return result.ToString();
    }

    private static string LowerFull(string text)
    {
        if (!text.Contains(CapitalSigma, StringComparison.Ordinal))
        {
            return Map(text, LowerOf);
        }

        // A capital sigma at the end of a word becomes the final one.
        var points = PyText.CodePoints(text).ToList();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < points.Count; i++)
        {
            result.Append(points[i] != CapitalSigma ? LowerOf(points[i]) : EndsWord(points, i) ? FinalSigma.ToString() : SmallSigma.ToString());
        }

        return result.ToString();
    }

    private static bool EndsWord(List<int> points, int position)
    {
        var before = position - 1;
        while (before >= 0 && IsCaseIgnorable(points[before]))
        {
            before--;
        }

        var after = position + 1;
        while (after < points.Count && IsCaseIgnorable(points[after]))
        {
            after++;
        }

        return before >= 0 && IsCased(points[before]) && !(after < points.Count && IsCased(points[after]));
    }

    private static bool IsCaseIgnorable(int codePoint) => codePoint is '\'' or '.' or ':' or '^' or '`' or 0xA8 or 0xAD or 0xAF or 0xB4 or 0xB7 or 0xB8 or 0x2019
        || Category(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static string UpperOf(int codePoint) => CaseTables.Upper.GetValueOrDefault(codePoint) ?? Simple(codePoint, Rune.ToUpperInvariant);

    private static string TitleOf(int codePoint) => CaseTables.Title.GetValueOrDefault(codePoint) ?? UpperOf(codePoint);

    private static string LowerOf(int codePoint) => codePoint == 0x130 ? "i\u0307" : CaseTables.Lower.GetValueOrDefault(codePoint) ?? Simple(codePoint, Rune.ToLowerInvariant);

    private static string CaseFoldOf(int codePoint) => CaseTables.Fold.GetValueOrDefault(codePoint) ?? LowerOf(codePoint);

    private static string Simple(int codePoint, Func<Rune, Rune> map) =>
        Rune.IsValid(codePoint) ? PyText.Character(map(new Rune(codePoint)).Value) : PyText.Character(codePoint);
}
