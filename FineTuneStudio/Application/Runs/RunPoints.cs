using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>The curves of a run: a row of 32-bit floats for each step. Not thread-safe; its feed holds the lock.</summary>
internal sealed class RunPoints
{
    /// <summary>
    /// Step, loss, learning rate, gradient norm, tokens per second, resident mebibytes, epochs, seconds since the run began, and the mean loss
    /// of the steps that the row stands for. The browser's charts/series.js has the same list.
    /// </summary>
    public const int Columns = 9;

    /// <summary>Where a row has its step's loss; its step stands first.</summary>
    public const int LossColumn = 1;

    private const int MeanColumn = Columns - 1;

    // What a person looks for in a curve, as column and direction: every one survives thinning out.
    private static readonly (int Column, int Sign)[] Extremes = [(1, -1), (1, 1), (3, -1), (3, 1), (4, -1), (4, 1), (5, 1)];

    // The same in a reinforcement run.
    private static readonly (string Column, int Sign)[] ReinforcementExtremes =
    [
        (ReinforcementColumns.Reward, -1), (ReinforcementColumns.Reward, 1), (ReinforcementColumns.Entropy, -1), (ReinforcementColumns.Kl, 1), (ReinforcementColumns.Length, 1),
    ];

    /// <summary>Stretches of a curve that is thinned out: about as many as a wide chart has pixels.</summary>
    private const int Stretches = 1_000;

    /// <summary>No more rows than this are ever sent at once.</summary>
    public static int MostRows => Stretches * Extremes.Length;

    private readonly List<float> _values = [];
    private readonly ExtraColumns _extra = new();

    public int Count => _values.Count / Columns;

    public int LastStep => Count == 0 ? 0 : (int)_values[^Columns];

    public void Add(TrainingEvent.StepCompleted step, TimeSpan sinceStart)
    {
        ReadOnlySpan<float> row =
        [
            step.Step, (float)step.Loss, (float)step.LearningRate, (float)step.GradientNorm, (float)step.TokensPerSecond,
            step.ResidentBytes / (float)(1 << 20), (float)step.Epoch, (float)sinceStart.TotalSeconds, (float)step.Loss,
        ];
        _values.AddRange(row);
        _extra.Add(Count - 1, step.Reinforcement is { } figures ? ReinforcementColumns.Of(figures) : []);
    }

    /// <summary>Forgets what came after <paramref name="step"/>.</summary>
    public void Rewind(int step)
    {
        var keep = FirstAfter(step);
        _values.RemoveRange(keep * Columns, _values.Count - (keep * Columns));
        _extra.Keep(keep);
    }

    /// <summary>Rows after <paramref name="step"/>; thinned out where they are more than <see cref="MostRows"/>.</summary>
    public PackedPoints After(int step) => Pack(FirstAfter(step), Count);

    /// <summary>Rows of a stretch of steps, with one neighbour on each side so that a line leaves the chart at its edges.</summary>
    public PackedPoints Window(int from, int to) => Pack(Math.Max(0, FirstAfter(from - 1) - 1), Math.Min(Count, FirstAfter(to) + 1));

    /// <summary>The loss, or the reward where there is one, in so many figures at most: the mean of each stretch.</summary>
    public float[] Sketch(int figures)
    {
        var column = RewardColumn ?? LossColumn;
        var sketch = new float[Math.Min(figures, Count)];
        for (var figure = 0; figure < sketch.Length; figure++)
        {
            var first = (int)((long)Count * figure / sketch.Length);
            var end = (int)((long)Count * (figure + 1) / sketch.Length);
            sketch[figure] = Mean(first, end, column);
        }

        return sketch;
    }

    private int? RewardColumn => _extra.Find(ReinforcementColumns.Reward) is >= 0 and var column ? Columns + column : null;

    private PackedPoints Pack(int from, int to)
    {
        var rows = to - from > MostRows ? Thinned(from, to) : [.. Enumerable.Range(from, Math.Max(0, to - from))];
        IReadOnlyList<string>? extra = RewardColumn is null ? null : [.. _extra.Names, ReinforcementColumns.RewardMean];
        var packed = new float[rows.Count * (Columns + (extra?.Count ?? 0))];
        for (var column = 0; column < Columns + _extra.Count; column++)
        {
            for (var row = 0; row < rows.Count; row++)
            {
                packed[(column * rows.Count) + row] = Value(rows[row], column);
            }
        }

        FillMeans(rows, from, LossColumn, packed.AsSpan(MeanColumn * rows.Count));
        if (RewardColumn is { } reward)
        {
            FillMeans(rows, from, reward, packed.AsSpan((Columns + _extra.Count) * rows.Count));
        }

        return new PackedPoints(rows.Count, LastStep, MemoryMarshal.AsBytes<float>(packed).ToArray(), extra);
    }

    /// <summary>In each stretch, the rows where something is least or greatest, and the very last row.</summary>
    private List<int> Thinned(int from, int to)
    {
        var rows = new List<int>(MostRows);
        var extremes = RewardColumn is null
            ? Extremes
            : [.. ReinforcementExtremes.Select(extreme => (Columns + _extra.Find(extreme.Column), extreme.Sign)).Where(extreme => extreme.Item1 >= Columns), (3, 1), (5, 1)];
        Span<int> chosen = stackalloc int[extremes.Length];
        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            var first = from + (int)((long)(to - from) * stretch / Stretches);
            var end = from + (int)((long)(to - from) * (stretch + 1) / Stretches);
            for (var extreme = 0; extreme < extremes.Length; extreme++)
            {
                var (column, sign) = extremes[extreme];
                chosen[extreme] = first;
                for (var row = first + 1; row < end; row++)
                {
                    if (sign * (Value(row, column) - Value(chosen[extreme], column)) > 0 || float.IsNaN(Value(chosen[extreme], column)))
                    {
                        chosen[extreme] = row;
                    }
                }
            }

            chosen.Sort();
            foreach (var row in chosen)
            {
                if (rows.Count == 0 || rows[^1] != row)
                {
                    rows.Add(row);
                }
            }
        }

        // The end is always shown; where every place is taken, it takes its neighbour's.
        if (rows[^1] != to - 1)
        {
            rows.RemoveRange(Math.Min(rows.Count, MostRows - 1), Math.Max(0, rows.Count - MostRows + 1));
            rows.Add(to - 1);
        }

        return rows;
    }

    /// <summary>Means of the steps between one row and the next, so that a thinned curve is smoothed as the whole one would be.</summary>
    private void FillMeans(List<int> rows, int first, int column, Span<float> means)
    {
        var next = first;
        for (var row = 0; row < rows.Count; row++)
        {
            means[row] = Mean(next, rows[row] + 1, column);
            next = rows[row] + 1;
        }
    }

    /// <summary>Mean of a stretch, of what there is in it.</summary>
    private float Mean(int first, int end, int column)
    {
        var (sum, count) = (0.0, 0);
        for (var row = first; row < end; row++)
        {
            var value = Value(row, column);
            (sum, count) = float.IsNaN(value) && column >= Columns ? (sum, count) : (sum + value, count + 1);
        }

        return (float)(sum / count);
    }

    // Columns that every run has, then those of some.
    private float Value(int row, int column) => column < Columns ? _values[(row * Columns) + column] : _extra.Value(row, column - Columns);

    /// <summary>Index of the first row after a step; steps ascend.</summary>
    private int FirstAfter(int step)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Value(middle, 0) > step)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }
}
