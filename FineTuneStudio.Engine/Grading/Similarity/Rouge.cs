namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary><c>rouge_1</c> to <c>rouge_5</c> and <c>rouge_l</c>: F1 over shared runs of words, or over the longest common subsequence (Lin 2004).</summary>
internal static class Rouge
{
    /// <summary>F1 over runs of <paramref name="length"/> words, from 0 to 1.</summary>
    public static double OfNGrams(string input, string reference, int length)
    {
        var candidate = Words.Plain(input);
        var target = Words.Plain(reference);
        var shared = Words.Shared(Words.NGrams(candidate, length), Words.NGrams(target, length));
        return F1(shared, candidate.Length - length + 1, target.Length - length + 1);
    }

    /// <summary>F1 over the longest common subsequence of words, from 0 to 1.</summary>
    public static double OfLongestCommonSubsequence(string input, string reference)
    {
        var candidate = Words.Plain(input);
        var target = Words.Plain(reference);
        return F1(CommonSubsequence.Length<string>(candidate, target), candidate.Length, target.Length);
    }

    // 2 P R / (P + R) with P = shared / ours and R = shared / theirs. Texts too short for a single run have nothing in common.
    private static double F1(int shared, int ours, int theirs) => shared == 0 ? 0 : 2.0 * shared / (ours + theirs);
}
