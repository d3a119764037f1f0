using System.Numerics;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Rendering.Lengths;

/// <summary>Makes a <see cref="LengthSummary"/> of lengths: exact, by sorting them.</summary>
internal static class LengthSpread
{
    // Below this a bar of an eighth of a doubling would be less than a token wide.
    private const int LeastEdge = 16;

    public static LengthSummary Summarize(TokenLengths lengths)
    {
        var known = lengths.Known;
        var sorted = new List<int>(known);
        long learnt = 0;
        for (var row = 0; row < known; row++)
        {
            if (lengths.TokensOf(row) is { } tokens)
            {
                sorted.Add(tokens);
                learnt += lengths.LearntWithin(row);
            }
        }

        if (sorted.Count == 0)
        {
            return new LengthSummary(known, known, 0, 0, 0, 0, 0, 0, []);
        }

        sorted.Sort();
        return new LengthSummary(
            known, known - sorted.Count, sorted.Sum(tokens => (long)tokens), learnt,
            sorted[0], At(sorted, 0.5), At(sorted, 0.99), sorted[^1], [.. Bars(sorted)]);
    }

    private static int At(List<int> sorted, double share) => sorted[(int)Math.Ceiling(sorted.Count * share) - 1];

    private static IEnumerable<HistogramBar> Bars(List<int> sorted)
    {
        var octave = BitOperations.Log2((uint)Math.Max(LeastEdge, sorted[0]));
        var from = sorted[0] < LeastEdge ? 0 : 1 << octave;
        var place = 0;
        for (var edge = 1; place < sorted.Count; edge++)
        {
            var to = (int)Math.Round(Math.Pow(2, octave + ((double)edge / LengthSummary.BarsPerOctave)));
            var first = place;
            while (place < sorted.Count && sorted[place] < to)
            {
                place++;
            }

            yield return new HistogramBar(from, to - 1, place - first);
            from = to;
        }
    }
}
