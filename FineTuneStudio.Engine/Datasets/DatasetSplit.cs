using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>Which good rows are learnt from and which are held out.</summary>
/// <remarks>
/// A row's side depends on the seed and its bytes alone, not on its place: a file in another order splits the same way, a longer file
/// moves few rows, and equal rows always fall on the same side, so that nothing learnt is held out.
/// </remarks>
public sealed class DatasetSplit
{
    private readonly int[] _heldOut;
    private readonly int _trainingCount;

    private DatasetSplit(int rows, int[] heldOut, int? maxRows)
    {
        _heldOut = heldOut;
        _trainingCount = Math.Min(rows - heldOut.Length, maxRows ?? int.MaxValue);
    }

    /// <summary>Rows to learn from.</summary>
    public int TrainingCount => _trainingCount;

    /// <summary>Rows held out, as numbers in the index, in the order of the file.</summary>
    public IReadOnlyList<int> HeldOut => _heldOut;

    /// <summary>Splits the rows of a file as the options say.</summary>
    /// <param name="index">The file.</param>
    /// <param name="options">Share and ceiling; with <see cref="DatasetOptions.HeldOutPath"/> nothing is split off.</param>
    /// <param name="seed">The run's seed.</param>
    public static DatasetSplit Create(DatasetIndex index, DatasetOptions options, long seed)
        => Create(index.Count, index.ContentHash, options.HeldOutPath is null ? options.HeldOutFraction : 0, options.HeldOutMaxRows, seed, options.MaxRows);

    /// <summary>The row (number in the index) of a training position.</summary>
    /// <param name="position">From 0, below <see cref="TrainingCount"/>; the order is the file's.</param>
    public int TrainingRow(int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, _trainingCount);

        // The held-out rows are few and sorted: find how many lie before the one wanted.
        int low = 0, high = _heldOut.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_heldOut[middle] - middle <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return position + low;
    }

    internal static DatasetSplit Create(int rows, Func<int, ulong> hashOf, double fraction, int maxRows, long seed, int? maxTrainingRows)
    {
        // One row at least where a share is asked for and two rows exist; never all of them.
        var wanted = fraction <= 0 || rows < 2 ? 0 : (int)Math.Clamp(Math.Round(rows * fraction), 1, Math.Min(maxRows, rows - 1));
        if (wanted == 0)
        {
            return new DatasetSplit(rows, [], maxTrainingRows);
        }

        var keys = new ulong[rows];
        var order = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            keys[row] = Hash64.Append(unchecked((ulong)seed), hashOf(row));
            order[row] = row;
        }

        Array.Sort(keys, order);
        return new DatasetSplit(rows, TakeGroups(keys, order, wanted), maxTrainingRows);
    }

    /// <summary>Rows in the order of their keys, equal rows together or not at all.</summary>
    private static int[] TakeGroups(ulong[] keys, int[] order, int wanted)
    {
        var taken = new List<int>(wanted);
        for (var start = 0; start < keys.Length && taken.Count < wanted;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            if (taken.Count + end - start <= wanted)
            {
                taken.AddRange(order.AsSpan(start, end - start));
            }

            start = end;
        }

        taken.Sort();
        return [.. taken];
    }
}
