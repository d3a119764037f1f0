using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Rendering.Lengths;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Lengths and counts of the training rows, from all of them or from a sample that stands for all.</summary>
/// <param name="Lengths">Tokens of every training row.</param>
/// <param name="LearntTokens">Tokens to learn in one epoch.</param>
/// <param name="Cut">Rows longer than the context.</param>
/// <param name="HeldOut">Rows held out.</param>
internal sealed record RowFigures(int[] Lengths, long LearntTokens, int Cut, int HeldOut)
{
    /// <summary>Whether a sample stands for all rows.</summary>
    public bool Sampled { get; init; }

    /// <summary>Tokens of one epoch.</summary>
    public long Tokens { get; } = Lengths.Sum(length => (long)length);

    /// <summary>Tokens of the longest row.</summary>
    public int Longest { get; } = Lengths.Max();

    /// <summary>Mean tokens of a row.</summary>
    public double MeanLength => (double)Tokens / Lengths.Length;

    /// <summary>Length that 99 rows of 100 do not exceed.</summary>
    public int Usual => Lengths.Order().ElementAt((int)(0.99 * (Lengths.Length - 1)));

    /// <summary>Takes figures from the lengths of all rows: what training itself will count.</summary>
    /// <param name="lengths">Complete, and without a refused row.</param>
    /// <param name="split">What is learnt from and what is held out.</param>
    /// <param name="context">Most tokens of a row.</param>
    /// <param name="everything">Whether every token is learnt.</param>
    /// <exception cref="UserErrorException">No row has a token to learn.</exception>
    public static RowFigures Of(TokenLengths lengths, DatasetSplit split, int context, bool everything)
    {
        int Learnt(int row)
        {
            return everything ? Math.Min(lengths.TokensOf(row) ?? 0, context) - 1 : lengths.LearntWithin(row, context);
        }

        var kept = new List<int>(split.TrainingCount);
        long learnt = 0;
        var cut = 0;
        for (var position = 0; position < split.TrainingCount; position++)
        {
            var row = split.TrainingRow(position);
            if (Learnt(row) is > 0 and var own)
            {
                var tokens = lengths.TokensOf(row) ?? 0;
                kept.Add(Math.Min(tokens, context));
                learnt += own;
                cut += tokens > context ? 1 : 0;
            }
        }

        return kept.Count > 0 ? new([.. kept], learnt, cut, split.HeldOut.Count(row => Learnt(row) > 0)) : throw NothingToLearn();
    }

    /// <summary>Takes figures from rendered rows.</summary>
    /// <exception cref="UserErrorException">No row has a token to learn.</exception>
    public static RowFigures Of(RenderedRow[] rendered, int rows, int heldOut, bool everything)
    {
        var useful = rendered.Where(row => everything || row.LearntTokens > 0).ToArray();
        if (useful.Length == 0)
        {
            throw NothingToLearn();
        }

        var scale = (double)rows / rendered.Length;
        var count = Math.Max(1, (int)(useful.Length * scale));
        var lengths = new int[count];
        for (var row = 0; row < count; row++)
        {
            lengths[row] = useful[(int)((long)row * useful.Length / count)].Ids.Length;
        }

        var learnt = useful.Sum(row => (long)(everything ? row.Ids.Length - 1 : row.LearntTokens));
        return new(lengths, (long)(learnt * scale), (int)(useful.Count(row => row.Cut) * scale), heldOut);
    }

    internal static UserErrorException NothingToLearn()
        => new("dataset.path", "No row has a token to learn: every answer is empty, has weight 0 or lies behind the context.");
}
