using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Rendering;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>Lengths and counts of the training rows, from all of them or from a sample that stands for all.</summary>
/// <param name="Lengths">Tokens of every training row.</param>
/// <param name="LearntTokens">Tokens to learn in one epoch.</param>
/// <param name="Cut">Rows longer than the context.</param>
/// <param name="HeldOut">Rows held out.</param>
internal sealed record RowFigures(int[] Lengths, long LearntTokens, int Cut, int HeldOut)
{
    /// <summary>Tokens of one epoch.</summary>
    public long Tokens { get; } = Lengths.Sum(length => (long)length);

    /// <summary>Tokens of the longest row.</summary>
    public int Longest { get; } = Lengths.Max();

    /// <summary>Mean tokens of a row.</summary>
    public double MeanLength => (double)Tokens / Lengths.Length;

    /// <summary>Takes figures from rendered rows.</summary>
    /// <exception cref="UserErrorException">No row has a token to learn.</exception>
    public static RowFigures Of(RenderedRow[] rendered, int rows, int heldOut, bool everything)
    {
        var useful = rendered.Where(row => everything || row.LearntTokens > 0).ToArray();
        if (useful.Length == 0)
        {
            throw new UserErrorException("dataset.path", "No row has a token to learn: every answer is empty, has weight 0 or lies behind the context.");
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
}
