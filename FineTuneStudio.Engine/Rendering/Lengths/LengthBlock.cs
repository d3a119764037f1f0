namespace FineTuneStudio.Engine.Rendering.Lengths;

/// <summary>Lengths of <see cref="TokenLengths.BlockRows"/> rows one after the other; fewer in the last block.</summary>
/// <param name="Tokens">Tokens of each row; -1 for one that is refused.</param>
/// <param name="StretchEnds">For each row, how many stretches there are up to and with its own.</param>
/// <param name="Stretches">Start and length, in tokens, of each stretch of learnt tokens.</param>
internal sealed record LengthBlock(int[] Tokens, int[] StretchEnds, int[] Stretches)
{
    /// <summary>Puts rows together.</summary>
    /// <param name="weights">Weight of each token of each row; <see langword="null"/> for a row that is refused.</param>
    public static LengthBlock Of(IReadOnlyList<float[]?> weights)
    {
        var tokens = new int[weights.Count];
        var ends = new int[weights.Count];
        var stretches = new List<int>(2 * weights.Count);
        for (var row = 0; row < weights.Count; row++)
        {
            tokens[row] = weights[row]?.Length ?? -1;
            AddStretches(weights[row] ?? [], stretches);
            ends[row] = stretches.Count / 2;
        }

        return new LengthBlock(tokens, ends, [.. stretches]);
    }

    /// <summary>Learnt tokens of a row that stand before a context's end.</summary>
    public int LearntWithin(int row, int context)
    {
        var learnt = 0;
        for (var stretch = row == 0 ? 0 : StretchEnds[row - 1]; stretch < StretchEnds[row]; stretch++)
        {
            var (start, length) = (Stretches[2 * stretch], Stretches[(2 * stretch) + 1]);
            learnt += Math.Clamp(context - start, 0, length);
        }

        return learnt;
    }

    // The first token has none before it to be predicted from, so it is never learnt.
    private static void AddStretches(float[] weights, List<int> stretches)
    {
        for (var token = 1; token < weights.Length; token++)
        {
            if (weights[token] <= 0)
            {
                continue;
            }

            var start = token;
            while (token < weights.Length && weights[token] > 0)
            {
                token++;
            }

            stretches.Add(start);
            stretches.Add(token - start);
        }
    }
}
