namespace FineTuneStudio.Engine.Grading.Similarity;

/// <summary><c>meteor</c>: words matched as they are and then by stem, recall counting nine times precision, less the more the matches are scattered.</summary>
/// <remarks>
/// Banerjee and Lavie 2005, with the weights of Lavie and Agarwal 2007: alpha 0.9, beta 3, gamma 0.5. There is no dictionary of synonyms
/// here, so a text that says the same in other words scores lower than by a METEOR that has WordNet.
/// </remarks>
internal static class Meteor
{
    private const double Alpha = 0.9;
    private const double Beta = 3;
    private const double Gamma = 0.5;

    /// <summary>From 0 to 1.</summary>
    public static double Score(string input, string reference)
    {
        var candidate = Words.WithPunctuation(input.ToLowerInvariant());
        var target = Words.WithPunctuation(reference.ToLowerInvariant());
        if (candidate.Length == 0 || target.Length == 0)
        {
            return candidate.Length == target.Length ? 1 : 0;
        }

        var places = Align(candidate, target);
        var matches = places.Count(place => place >= 0);
        if (matches == 0)
        {
            return 0;
        }

        var precision = (double)matches / candidate.Length;
        var recall = (double)matches / target.Length;
        var mean = precision * recall / ((Alpha * precision) + ((1 - Alpha) * recall));
        var penalty = Gamma * Math.Pow((double)Chunks(places) / matches, Beta);
        return mean * (1 - penalty);
    }

    // For each word of the candidate its partner's place in the target, or -1.
    private static int[] Align(string[] candidate, string[] target)
    {
        var places = Enumerable.Repeat(-1, candidate.Length).ToArray();
        var taken = new bool[target.Length];
        Match(candidate, target, places, taken);
        Match([.. candidate.Select(PorterStemmer.Stem)], [.. target.Select(PorterStemmer.Stem)], places, taken);
        return places;
    }

    // Of several partners the one behind the last match, else the one that begins the longest run of matches: few chunks.
    private static void Match(string[] candidate, string[] target, int[] places, bool[] taken)
    {
        var wanted = target.Select((word, place) => (word, place)).ToLookup(entry => entry.word, entry => entry.place, StringComparer.Ordinal);
        for (var index = 0; index < candidate.Length; index++)
        {
            if (places[index] >= 0)
            {
                continue;
            }

            var next = index == 0 || places[index - 1] < 0 ? -1 : places[index - 1] + 1;
            var best = wanted[candidate[index]].Where(place => !taken[place])
                .OrderByDescending(place => place == next ? int.MaxValue : Run(candidate.AsSpan(index), target.AsSpan(place), taken.AsSpan(place)))
                .Select(place => (int?)place).FirstOrDefault();
            if (best is { } partner)
            {
                (places[index], taken[partner]) = (partner, true);
            }
        }
    }

    private static int Run(ReadOnlySpan<string> candidate, ReadOnlySpan<string> target, ReadOnlySpan<bool> taken)
    {
        // Longer runs than this tell no more, and would make long texts slow.
        const int Enough = 32;
        var length = 0;
        while (length < Math.Min(Enough, Math.Min(candidate.Length, target.Length)) && !taken[length] && candidate[length] == target[length])
        {
            length++;
        }

        return length;
    }

    private static int Chunks(int[] places)
    {
        var chunks = 0;
        for (var index = 0; index < places.Length; index++)
        {
            if (places[index] >= 0 && (index == 0 || places[index - 1] < 0 || places[index] != places[index - 1] + 1))
            {
                chunks++;
            }
        }

        return chunks;
    }
}
