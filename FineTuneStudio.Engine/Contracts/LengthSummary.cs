namespace FineTuneStudio.Engine.Contracts;

/// <summary>Sums and spread of row lengths in tokens; of the rows measured so far.</summary>
/// <param name="Rows">Rows measured.</param>
/// <param name="Refused">Rows that the model's chat template refuses; in none of the other figures.</param>
/// <param name="Tokens">All tokens, uncut.</param>
/// <param name="Learnt">Learnt ones among them.</param>
/// <param name="Shortest">Tokens of the shortest row.</param>
/// <param name="Median">Half of the rows have at most so many tokens.</param>
/// <param name="Percentile99">99 % of the rows have at most so many.</param>
/// <param name="Longest">Tokens of the longest row.</param>
/// <param name="Bars">Histogram: <see cref="BarsPerOctave"/> bars to a doubling, edges at powers of two, the first from 0 where rows are shorter than 16 tokens.</param>
public sealed record LengthSummary(
    int Rows, int Refused, long Tokens, long Learnt, int Shortest, int Median, int Percentile99, int Longest, IReadOnlyList<HistogramBar> Bars)
{
    /// <summary>Bars to a doubling of the length.</summary>
    public const int BarsPerOctave = 8;

    /// <summary>Share of tokens that is learnt, 0 to 1.</summary>
    public double LearntShare => Tokens > 0 ? (double)Learnt / Tokens : 0;
}
