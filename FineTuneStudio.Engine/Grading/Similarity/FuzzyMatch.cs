namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary><c>fuzzy_match</c>: the normalised indel similarity, <c>2 LCS / (m + n)</c> over code points (the ratio of rapidfuzz, over 100).</summary>
internal static class FuzzyMatch
{
    /// <summary>From 0, nothing in common, to 1, the same; two empty texts are the same.</summary>
    public static double Score(string input, string reference)
    {
        var left = CodePoints(input);
        var right = CodePoints(reference);
        return left.Length + right.Length == 0 ? 1 : 2.0 * CommonSubsequence.Length<int>(left, right) / (left.Length + right.Length);
    }

    private static int[] CodePoints(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];
}
