using System.Text;

namespace FineTuneStudio.Tests.Engine.Tokenizers.Support;

/// <summary>Texts that mix what tokenizers stumble over; the same seed gives the same texts.</summary>
internal static class RandomTexts
{
    private static readonly string[] Pieces =
    [
        "the", "Hello", "don't", "WE'LL", "I'm", "'S", "'\u017F", "na\u00EFve", "\u6771\u4EAC", "\u041F\u0440\u0438", "\u05E9\u05DC", "\u0939\u093F\u0928\u094D\u0926\u0940",
        "e\u0301", "A\u030A", "\u1E9B\u0323", "\uFB01", "\u00BD", "\u00B3", "\u0663", "\uD835\uDFD9", "\uD83D\uDE00", "\uD83D\uDC69\u200D\uD83D\uDC67", "\uD801\uDC37",
        " ", " ", "  ", "\n", "\r\n", " \n ", "\t", "\u00A0", "\u3000", "\u2028", "\u0085", "12", "345678", "3.14", "!?", "...", "/", "()", "_x", "\u2581", "'", "''",
        "<|im_end|>", "<s>", "<unk>", "CamelCase", "ABCd", "aBC", "\u01C5", "\u02B0a", "\uFFFD", "\0", "1\n", "a\n\nb",
    ];

    /// <summary>So many texts of up to a dozen pieces.</summary>
    public static IEnumerable<string> Take(int count, int seed = 1)
    {
        var random = new Random(seed);
        for (var index = 0; index < count; index++)
        {
            var text = new StringBuilder();
            for (var pieces = random.Next(0, 13); pieces > 0; pieces--)
            {
                text.Append(random.Next(8) == 0 ? new Rune(random.Next(0xD800)).ToString() : Pieces[random.Next(Pieces.Length)]);
            }

            yield return text.ToString();
        }
    }
}
