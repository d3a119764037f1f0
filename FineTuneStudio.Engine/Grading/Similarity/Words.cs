using System.Text.RegularExpressions;

namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary>Texts as words, the way each family of metrics cuts them.</summary>
internal static partial class Words
{
    /// <summary>Words and single marks of punctuation, case kept: what BLEU and its relatives compare.</summary>
    public static string[] WithPunctuation(string text) => [.. WordOrMark().Matches(text).Select(match => match.Value)];

    /// <summary>Runs of letters and digits in lower case: what ROUGE compares. Letters of every script count, not only Latin ones.</summary>
    public static string[] Plain(string text) => [.. Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)];

    /// <summary>How often each run of <paramref name="length"/> words stands in the text.</summary>
    public static Dictionary<string, int> NGrams(ReadOnlySpan<string> words, int length)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var start = 0; start + length <= words.Length; start++)
        {
            // No word holds a space, so the joined run is its own.
            var run = string.Join(' ', words.Slice(start, length)!);
            counts[run] = counts.GetValueOrDefault(run) + 1;
        }

        return counts;
    }

    /// <summary>Runs that both have, each as often as in the one that has it less often.</summary>
    public static int Shared(Dictionary<string, int> left, Dictionary<string, int> right)
        => left.Sum(entry => Math.Min(entry.Value, right.GetValueOrDefault(entry.Key)));

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]")]
    private static partial Regex WordOrMark();

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();
}
