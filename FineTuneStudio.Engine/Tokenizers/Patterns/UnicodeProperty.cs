using System.Globalization;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Sets by name: general categories, scripts and the classes that regular expressions know.</summary>
internal static class UnicodeProperty
{
    private static readonly Dictionary<string, uint> Categories = BuildCategories();

    /// <summary>A new set, which the caller may change; <c>null</c> where the name is not known.</summary>
    public static CharacterClass? Find(string name, PatternDialect dialect, bool ignoresCase = false)
    {
        var key = Simplify(name);
        foreach (var prefix in (string[])["generalcategory=", "gc=", "script=", "sc=", "scriptextensions=", "scx="])
        {
            key = key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : key;
        }

        var set = new CharacterClass { IgnoresCase = ignoresCase };
        if (Categories.TryGetValue(key, out var mask))
        {
            set.AddCategories(mask);
            return set;
        }

        return AddClass(set, key, dialect) || AddScript(set, name, key) ? set : null;
    }

    private static bool AddClass(CharacterClass set, string key, PatternDialect dialect)
    {
        switch (key)
        {
            case "space" or "whitespace":
                set.AddCategories(CodePoint.Space);
                return true;
            case "word":
                set.AddCategories(CodePoint.Word);
                set.AddOther(CodePoint.IsOtherAlphabetic);
                if (dialect == PatternDialect.Rust)
                {
                    set.AddRange(0x200C, 0x200D);
                }
                else
                {
                    set.AddRange(0xB2, 0xB3);
                    set.AddRange(0xB9, 0xB9);
                    set.AddRange(0xBC, 0xBE);
                }

                return true;
            case "alpha" or "alphabetic":
                set.AddCategories(CodePoint.Letter | (1u << (int)UnicodeCategory.LetterNumber));
                set.AddOther(CodePoint.IsOtherAlphabetic);
                return true;
            case "alnum":
                set.AddCategories(CodePoint.Letter | CodePoint.DecimalDigit | (1u << (int)UnicodeCategory.LetterNumber));
                set.AddOther(CodePoint.IsOtherAlphabetic);
                return true;
            case "upper" or "uppercase":
                set.AddCategories(1u << (int)UnicodeCategory.UppercaseLetter);
                return true;
            case "lower" or "lowercase":
                set.AddCategories(1u << (int)UnicodeCategory.LowercaseLetter);
                return true;
            case "xdigit" or "asciihexdigit":
                set.AddRange('0', '9');
                set.AddRange('A', 'F');
                set.AddRange('a', 'f');
                return true;
            case "blank":
                set.AddCategories(1u << (int)UnicodeCategory.SpaceSeparator);
                set.AddRange('\t', '\t');
                return true;
            case "any":
                set.AddRange(0, CodePoint.Limit);
                return true;
            case "ascii":
                set.AddRange(0, 0x7F);
                return true;
            default:
                return false;
        }
    }

    private static bool AddScript(CharacterClass set, string name, string key)
    {
        if (key is "han" or "hani")
        {
            // Patterns count Han by Unicode 16, the splitter by scripts by Unicode 13.
            set.AddRange(0x9FFD, 0x9FFF);
            set.AddRange(0x2A6DE, 0x2A6DF);
            set.AddRange(0x2B735, 0x2B739);
            set.AddRange(0x2EBF0, 0x2EE5D);
            set.AddRange(0x31350, 0x323AF);
            name = "Han";
        }

        var script = name.Contains('=', StringComparison.Ordinal) ? name[(name.IndexOf('=', StringComparison.Ordinal) + 1)..] : name;
        if (Scripts.Named(script) is not { } number)
        {
            return false;
        }

        set.AddOther(codePoint => Scripts.Of(codePoint) == number);
        return true;
    }

    private static string Simplify(string name)
        => name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)
            .ToLowerInvariant();

    private static Dictionary<string, uint> BuildCategories()
    {
        Dictionary<string, uint> masks = new(StringComparer.Ordinal)
        {
            ["l"] = CodePoint.Letter, ["letter"] = CodePoint.Letter,
            ["m"] = CodePoint.Mark, ["mark"] = CodePoint.Mark, ["combiningmark"] = CodePoint.Mark,
            ["n"] = CodePoint.Number, ["number"] = CodePoint.Number,
            ["p"] = CodePoint.Punctuation, ["punctuation"] = CodePoint.Punctuation, ["punct"] = CodePoint.Punctuation,
            ["s"] = CodePoint.Symbol, ["symbol"] = CodePoint.Symbol,
            ["z"] = CodePoint.Separator, ["separator"] = CodePoint.Separator,
            ["c"] = CodePoint.Other, ["other"] = CodePoint.Other,
            ["digit"] = CodePoint.DecimalDigit, ["cntrl"] = CodePoint.Control,
            ["cc"] = CodePoint.Control, ["control"] = CodePoint.Control,
        };
        string[] codes =
        [
            "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "", "cf", "cs", "co", "pc", "pd", "ps", "pe",
            "pi", "pf", "po", "sm", "sc", "sk", "so", "cn",
        ];
        foreach (var category in Enum.GetValues<UnicodeCategory>().Where(category => category != UnicodeCategory.Control))
        {
            masks[codes[(int)category]] = 1u << (int)category;
        }

        masks["lc"] = masks["l&"] = masks["lu"] | masks["ll"] | masks["lt"];
        masks["uppercaseletter"] = masks["lu"];
        masks["lowercaseletter"] = masks["ll"];
        masks["titlecaseletter"] = masks["lt"];
        masks["modifierletter"] = masks["lm"];
        masks["otherletter"] = masks["lo"];
        masks["decimalnumber"] = masks["nd"];
        masks["nonspacingmark"] = masks["mn"];
        return masks;
    }
}
