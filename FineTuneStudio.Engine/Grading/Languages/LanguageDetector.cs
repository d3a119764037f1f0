using System.Text;
using FineTuneStudio.Engine.Grading.Similarity;

namespace FineTuneStudio.Engine.Grading.Languages;

/// <summary>Tells the language of a text: by its script where one language has it alone, else by its commonest words.</summary>
internal static class LanguageDetector
{
    // Words that are frequent in one language and rare in its neighbours of the same script.
    private static readonly Dictionary<string, HashSet<string>> CommonWords = new(StringComparer.Ordinal)
    {
        ["en"] = Set("the of and to is that it for was with are this you have not be on at by from they which would there their what about will can"),
        ["de"] = Set("der die das und ist nicht ein eine zu den von mit sich auf für dem im auch es an werden aus er hat dass sie nach bei wird ich wir haben"),
        ["fr"] = Set("le la les des et est une pour que dans qui sur pas au avec ce il sont par plus ne du cette mais nous vous être aux leur elle"),
        ["es"] = Set("el los las que y en un una por con para es del se lo como más pero sus este ya muy está son también fue había hay cuando"),
        ["it"] = Set("il di che è per un una sono non con del della gli si da come anche più nel alla dei questo ma ha le cosa essere perché delle"),
        ["pt"] = Set("o os as que um uma para com não é do da em se por mais como mas foi ao dos das ele seu sua são também você isso pela"),
        ["nl"] = Set("de het een en van is dat niet te zijn op met voor er aan ook als maar om bij naar dan wordt heeft deze door wij uit nog"),
        ["pl"] = Set("i w nie na się jest że z do to jak ale po co tak za od przez czy tylko są było jego już dla może jej być"),
        ["sv"] = Set("och att det som en är på för med av inte den till har jag ett om var men så från vi han eller när hon kan också"),
        ["tr"] = Set("bir ve bu için ile da de çok daha olarak gibi var ne değil kadar sonra ama olan en ben sen o her şey diye"),
        ["ru"] = Set("и в не на что он я с как а то это по но они мы все она так его за был от из у же вы бы для"),
        ["uk"] = Set("і в не на що він я з як а то це по але вони ми всі вона так його за був від із у ж ви є та й до або"),
    };

    private static readonly (string Language, int From, int To)[] Scripts =
    [
        ("ja", 0x3040, 0x30FF), ("ko", 0xAC00, 0xD7AF), ("ko", 0x1100, 0x11FF), ("zh", 0x4E00, 0x9FFF), ("zh", 0x3400, 0x4DBF), ("ar", 0x0600, 0x06FF),
        ("he", 0x0590, 0x05FF), ("el", 0x0370, 0x03FF), ("hi", 0x0900, 0x097F), ("th", 0x0E00, 0x0E7F),
    ];

    /// <summary>The languages it can tell, as ISO 639-1 has them.</summary>
    public static IEnumerable<string> Known => CommonWords.Keys.Concat(Scripts.Select(script => script.Language)).Distinct();

    /// <summary>The language most of the text is in; <see langword="null"/> where nothing tells.</summary>
    public static string? Detect(string text)
    {
        var byScript = text.EnumerateRunes().Where(Rune.IsLetter).GroupBy(ScriptOf).ToDictionary(group => group.Key, group => group.Count());
        var letters = byScript.Values.Sum();
        if (letters == 0)
        {
            return null;
        }

        // Japanese is written with Chinese characters too: a tenth of kana is enough.
        if (byScript.GetValueOrDefault("ja") * 10 >= byScript.GetValueOrDefault("ja") + byScript.GetValueOrDefault("zh") && byScript.ContainsKey("ja"))
        {
            byScript["ja"] += byScript.GetValueOrDefault("zh");
            byScript.Remove("zh");
        }

        var (script, count) = byScript.MaxBy(entry => entry.Value);
        return count * 2 > letters && script.Length > 0 ? script : ByWords(text);
    }

    private static string? ByWords(string text)
    {
        var words = Words.Plain(text);
        var hits = CommonWords.Select(language => (Language: language.Key, Count: words.Count(language.Value.Contains))).OrderByDescending(language => language.Count).ToArray();
        return hits[0].Count > hits[1].Count ? hits[0].Language : null;
    }

    private static string ScriptOf(Rune letter) => Scripts.FirstOrDefault(script => letter.Value >= script.From && letter.Value <= script.To).Language ?? "";

    private static HashSet<string> Set(string words) => new(words.Split(' '), StringComparer.Ordinal);
}
