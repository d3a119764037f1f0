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

    /// <summary>Stretches of a curve that is thinned out: about as many as a wide chart has pixels.</summary>
    private const int Stretches = 1_000;

    /// <summary>No more rows than this are ever sent at once.</summary>
    public static int MostRows => Stretches * Extremes.Length;

    private readonly List<float> _values = [];

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
    }

    /// <summary>Forgets what came after <paramref name="step"/>.</summary>
    public void Rewind(int step)
    {
        var keep = FirstAfter(step);
        _values.RemoveRange(keep * Columns, _values.Count - (keep * Columns));
    }

    /// <summary>Rows after <paramref name="step"/>; thinned out where they are more than <see cref="MostRows"/>.</summary>
    public PackedPoints After(int step) => Pack(FirstAfter(step), Count);

    /// <summary>Rows of a stretch of steps, with one neighbour on each side so that a line leaves the chart at its edges.</summary>
    public PackedPoints Window(int from, int to) => Pack(Math.Max(0, FirstAfter(from - 1) - 1), Math.Min(Count, FirstAfter(to) + 1));

    /// <summary>The loss in so many figures at most: the mean of each stretch.</summary>
    public float[] Sketch(int figures)
    {
        var sketch = new float[Math.Min(figures, Count)];
        for (var figure = 0; figure < sketch.Length; figure++)
        {
            var first = (int)((long)Count * figure / sketch.Length);
            var end = (int)((long)Count * (figure + 1) / sketch.Length);
            var sum = 0.0;
            for (var row = first; row < end; row++)
            {
                sum += Value(row, LossColumn);
            }

            sketch[figure] = (float)(sum / (end - first));
        }

        return sketch;
    }

    private PackedPoints Pack(int from, int to)
    {
        var rows = to - from > MostRows ? Thinned(from, to) : [.. Enumerable.Range(from, Math.Max(0, to - from))];
        var packed = new float[rows.Count * Columns];
        for (var column = 0; column < MeanColumn; column++)
        {
            for (var row = 0; row < rows.Count; row++)
            {
                packed[(column * rows.Count) + row] = Value(rows[row], column);
            }
        }

        FillMeans(rows, from, packed.AsSpan(MeanColumn * rows.Count));
        return new PackedPoints(rows.Count, LastStep, MemoryMarshal.AsBytes<float>(packed).ToArray());
    }

    /// <summary>In each stretch, the rows where something is least or greatest, and the very last row.</summary>
    private List<int> Thinned(int from, int to)
    {
        var rows = new List<int>(MostRows);
        Span<int> chosen = stackalloc int[Extremes.Length];
        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            var first = from + (int)((long)(to - from) * stretch / Stretches);
            var end = from + (int)((long)(to - from) * (stretch + 1) / Stretches);
            for (var extreme = 0; extreme < Extremes.Length; extreme++)
            {
                var (column, sign) = Extremes[extreme];
                chosen[extreme] = first;
                for (var row = first + 1; row < end; row++)
                {
                    if (sign * (Value(row, column) - Value(chosen[extreme], column)) > 0)
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

    /// <summary>Mean losses of the steps between one row and the next, so that a thinned curve is smoothed as the whole one would be.</summary>
    private void FillMeans(List<int> rows, int first, Span<float> means)
    {
        var next = first;
        for (var row = 0; row < rows.Count; row++)
        {
            var sum = 0.0;
            var count = rows[row] - next + 1;
            for (; next <= rows[row]; next++)
            {
                sum += Value(next, LossColumn);
            }

            means[row] = (float)(sum / count);
        }
    }

    private float Value(int row, int column) => _values[(row * Columns) + column];

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
