using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Rendering.Lengths;

/// <summary>How many tokens every good row of a dataset is for one model, and where the learnt ones lie: the numbers of histogram, filters and estimate.</summary>
/// <remarks>
/// Filled from the first row on, a block at a time, by <see cref="TokenLengthMeter"/>; may be read meanwhile, up to <see cref="Known"/>.
/// About 20 bytes a row of one answer. Learnt is what training learns: weight above zero, with a token before it.
/// </remarks>
public sealed class TokenLengths
{
    internal const int BlockBits = 9;
    internal const int BlockRows = 1 << BlockBits;

    private readonly LengthBlock[] _blocks;
    private int _known;

    internal TokenLengths(int rows, IReadOnlyList<LengthBlock> blocks, bool arePrompts = false)
    {
        ArePrompts = arePrompts;
        Rows = rows;
        _blocks = new LengthBlock[(rows + BlockRows - 1) / BlockRows];
        foreach (var block in blocks)
        {
            Add(block);
        }
    }

    /// <summary>Whether rows are prompts: of these nothing is learnt, and each must leave room for an answer.</summary>
    public bool ArePrompts { get; }

    /// <summary>Good rows of the dataset.</summary>
    public int Rows { get; }

    /// <summary>Rows measured so far, from the first one on.</summary>
    public int Known => Volatile.Read(ref _known);

    /// <summary>Whether every row is measured.</summary>
    public bool IsComplete => Known == Rows;

    /// <summary>Tokens of a row, uncut; <see langword="null"/> where the model's chat template refuses it.</summary>
    /// <param name="row">Number among the good rows, below <see cref="Known"/>.</param>
    public int? TokensOf(int row) => BlockOf(row).Tokens[row & (BlockRows - 1)] is >= 0 and var tokens ? tokens : null;

    /// <summary>Learnt tokens of a row that stand within a context.</summary>
    /// <param name="row">Number among the good rows, below <see cref="Known"/>.</param>
    /// <param name="context">Most tokens; what is behind is cut off.</param>
    public int LearntWithin(int row, int context = int.MaxValue) => BlockOf(row).LearntWithin(row & (BlockRows - 1), context);

    /// <summary>What a context leaves of the rows measured so far.</summary>
    public ContextCut At(int context)
    {
        int cut = 0, leftOut = 0, known = Known;
        long lost = 0, learntLost = 0;
        for (var row = 0; row < known; row++)
        {
            if (TokensOf(row) is not { } tokens)
            {
                continue;
            }

            var learnt = LearntWithin(row, context);
            leftOut += ArePrompts ? (tokens >= context ? 1 : 0) : learnt == 0 ? 1 : 0;
            if (tokens > context)
            {
                cut++;
                lost += tokens - context;
                learntLost += LearntWithin(row) - learnt;
            }
        }

        return new ContextCut(context, cut, lost, learntLost, leftOut);
    }

    /// <summary>Sums and spread over the rows measured so far.</summary>
    public LengthSummary Summarize() => LengthSpread.Summarize(this);

    /// <summary>Rows from the longest to the shortest, as numbers among the good rows; equal ones in the order of the file.</summary>
    public int[] LongestFirst()
    {
        var rows = new int[Known];
        var keys = new long[rows.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = row;
            keys[row] = ((long)-(TokensOf(row) ?? 0) << 32) + row;
        }

        Array.Sort(keys, rows);
        return rows;
    }

    internal void Add(LengthBlock block)
    {
        _blocks[_known >> BlockBits] = block;
        Volatile.Write(ref _known, Math.Min(_known + BlockRows, Rows));
    }

    private LengthBlock BlockOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Known);
        return _blocks[row >> BlockBits];
    }
}
