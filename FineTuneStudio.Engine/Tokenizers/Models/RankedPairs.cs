namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>Merges of vocabularies that list no merges: two tokens merge whenever together they are a token, the best one first.</summary>
internal static class RankedPairs
{
    /// <summary>The table of every way to make each token of two others.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="rankOf">The rank of a token by its id, smaller merges earlier; negative where it takes no part.</param>
    public static PairTable Build(Vocabulary vocabulary, Func<int, int> rankOf)
    {
        List<(int Left, int Right, int Merged)> found = new(vocabulary.Size * 2);
        foreach (var (token, id) in vocabulary.Ids)
        {
            if (rankOf(id) < 0)
            {
                continue;
            }

            for (var cut = 1; cut < token.Length; cut++)
            {
                var left = char.IsLowSurrogate(token[cut]) ? -1 : vocabulary.IdOf(token.AsSpan(0, cut));
                var right = left < 0 || rankOf(left) < 0 ? -1 : vocabulary.IdOf(token.AsSpan(cut));
                if (right >= 0 && rankOf(right) >= 0)
                {
                    found.Add((left, right, id));
                }
            }
        }

        var pairs = new PairTable(found.Count);
        foreach (var (left, right, merged) in found)
        {
            pairs.Set(left, right, rankOf(merged), merged);
        }

        return pairs;
    }
}
