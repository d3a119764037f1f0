namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary><c>gleu</c>: the smaller of precision and recall over all runs of 1 to 4 words together (Wu et al. 2016, section 4.2).</summary>
internal static class Gleu
{
    private const int LongestRun = 4;

    /// <summary>From 0 to 1.</summary>
    public static double Score(string input, string reference)
    {
        var candidate = Words.WithPunctuation(input);
        var target = Words.WithPunctuation(reference);
        var (shared, ours, theirs) = (0, 0, 0);
        for (var length = 1; length <= LongestRun; length++)
        {
            shared += Words.Shared(Words.NGrams(candidate, length), Words.NGrams(target, length));
            ours += Math.Max(candidate.Length - length + 1, 0);
            theirs += Math.Max(target.Length - length + 1, 0);
        }

        return ours == 0 || theirs == 0 ? (ours == theirs ? 1 : 0) : (double)shared / Math.Max(ours, theirs);
    }
}
