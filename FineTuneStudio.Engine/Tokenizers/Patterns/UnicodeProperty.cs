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

    /// <summary><c>\w</c> outside of brackets: there Oniguruma counts the superscripts and fractions of Latin-1 as well.</summary>
    public static CharacterClass Word(PatternDialect dialect)
    {
        var set = Find("word", dialect)!;
        if (dialect == PatternDialect.Oniguruma)
        {
            set.AddRange(0xB2, 0xB3);
            set.AddRange(0xB9, 0xB9);
            set.AddRange(0xBC, 0xBE);
        }

        return set;
    }

    /// <summary>A class of POSIX brackets (<c>[:punct:]</c>), which Oniguruma takes more widely than the property of that name.</summary>
    public static CharacterClass? FindPosix(string name, PatternDialect dialect)
    {
        var set = Find(name, dialect);
        if (name == "punct" && dialect == PatternDialect.Oniguruma)
        {
            set!.AddCategories(CodePoint.Symbol);
        }

        return set;
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

                return true;
            case "alpha" or "alphabetic" or "alnum":
                set.AddCategories(CodePoint.Letter | (1u << (int)UnicodeCategory.LetterNumber));
                set.AddCategories(key == "alnum" ? CodePoint.DecimalDigit : 0);
                AddListed(set, "A");
                return true;
            case "upper" or "uppercase":
                set.AddCategories(1u << (int)UnicodeCategory.UppercaseLetter);
                set.AddRange(0x2160, 0x216F);
                set.AddRange(0x24B6, 0x24CF);
                set.AddRange(0x1F130, 0x1F149);
                set.AddRange(0x1F150, 0x1F169);
                set.AddRange(0x1F170, 0x1F189);
                return true;
            case "graph" or "print":
                set.AddCategories(~(CodePoint.Control | CodePoint.Separator | (1u << (int)UnicodeCategory.Surrogate) | (1u << (int)UnicodeCategory.OtherNotAssigned)));
                set.AddCategories(key == "print" ? 1u << (int)UnicodeCategory.SpaceSeparator : 0);
                return true;
            case "lower" or "lowercase":
                set.AddCategories(1u << (int)UnicodeCategory.LowercaseLetter);
                AddListed(set, "L");
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

    private static void AddListed(CharacterClass set, string name)
    {
        foreach (var fields in UnicodeResource.ReadLines("properties.txt").Select(line => line.Split(' ')).Where(fields => fields[0] == name))
        {
            set.AddRange(
                int.Parse(fields[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                int.Parse(fields[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
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
