namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary><c>bleu</c> of one sentence: the geometric mean of the precisions of runs of 1 to 4 words, times the brevity penalty.</summary>
/// <remarks>
/// Papineni et al. 2002. Sentences are short, so precisions of 2 words and more have 1 added above and below (Lin and Och 2004), and runs
/// longer than the text are left out; else every text of three words would score 0.
/// </remarks>
internal static class Bleu
{
    private const int LongestRun = 4;

    /// <summary>From 0 to 1.</summary>
    public static double Score(string input, string reference)
    {
        var candidate = Words.WithPunctuation(input);
        var target = Words.WithPunctuation(reference);
        if (candidate.Length == 0 || target.Length == 0)
        {
            return candidate.Length == target.Length ? 1 : 0;
        }

        var logs = 0.0;
        var longest = Math.Min(LongestRun, candidate.Length);
        for (var length = 1; length <= longest; length++)
        {
            var added = length == 1 ? 0 : 1;
            var shared = Words.Shared(Words.NGrams(candidate, length), Words.NGrams(target, length)) + added;
            if (shared == 0)
            {
                return 0;
            }

            logs += Math.Log((double)shared / (candidate.Length - length + 1 + added));
        }

        var brevity = candidate.Length < target.Length ? Math.Exp(1 - ((double)target.Length / candidate.Length)) : 1;
        return brevity * Math.Exp(logs / longest);
    }
}
