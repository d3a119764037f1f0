using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>The curves of a run: a row of 32-bit floats for each step. Not thread-safe; its feed holds the lock.</summary>
/// <remarks>What walks over every row is optimized at its first call: it is over before the runtime would notice that it is worth it.</remarks>
internal sealed class RunPoints
{
    /// <summary>
    /// Step, loss, learning rate, gradient norm, tokens per second, resident mebibytes, epochs, seconds since the run began, and the mean loss
    /// of the steps that the row stands for. The browser's charts/series.js has the same list.
    /// </summary>
    public const int Columns = 9;

    /// <summary>Where a row has its step's loss; its step stands first.</summary>
    public const int LossColumn = 1;

    /// <summary>Stretches of a curve that is thinned out: about as many as a wide chart has pixels.</summary>
    private const int Stretches = 1_000;

    // As they are kept: the mean is computed from the losses when rows are sent.
    private static readonly string[] Kept = ["step", "loss", "rate", "norm", "speed", "memory", "epoch", "seconds"];

    // What a person looks for in a curve, as column and direction: every one survives thinning out.
    private static readonly (string Column, int Sign)[] Extremes = [("loss", -1), ("loss", 1), ("norm", -1), ("norm", 1), ("speed", -1), ("speed", 1), ("memory", 1)];

    // The same in a reinforcement run.
    private static readonly (string Column, int Sign)[] ReinforcementExtremes =
    [
        (ReinforcementColumns.Reward, -1), (ReinforcementColumns.Reward, 1), (ReinforcementColumns.Entropy, -1), (ReinforcementColumns.Kl, 1), (ReinforcementColumns.Length, 1),
        ("norm", 1), ("memory", 1),
    ];

    private readonly FigureColumns _figures = new(Kept);

    /// <summary>No more rows than this are ever sent at once.</summary>
    public static int MostRows => Stretches * Extremes.Length;

    public int Count => _figures.Rows;

    public int LastStep => Count == 0 ? 0 : (int)_figures[0][^1];

    private int? RewardColumn => _figures.Find(ReinforcementColumns.Reward) is >= 0 and var column ? column : null;

    public void Add(TrainingEvent.StepCompleted step, TimeSpan sinceStart)
    {
        _figures.Add(
        [
            step.Step, (float)step.Loss, (float)step.LearningRate, (float)step.GradientNorm, (float)step.TokensPerSecond,
            step.ResidentBytes / (float)(1 << 20), (float)step.Epoch, (float)sinceStart.TotalSeconds,
        ]);
        if (step.Reinforcement is { } figures)
        {
            var next = Kept.Length;
            foreach (var (name, value) in ReinforcementColumns.Of(figures))
            {
                next = _figures.Set(name, (float)value, next) + 1;
            }
        }
    }

    /// <summary>Forgets what came after <paramref name="step"/>.</summary>
    public void Rewind(int step) => _figures.Keep(FirstAfter(step));

    /// <summary>Rows after <paramref name="step"/>; thinned out where they are more than <see cref="MostRows"/>.</summary>
    public PackedPoints After(int step) => Pack(FirstAfter(step), Count);

    /// <summary>Rows of a stretch of steps, with one neighbour on each side so that a line leaves the chart at its edges.</summary>
    public PackedPoints Window(int from, int to) => Pack(Math.Max(0, FirstAfter(from - 1) - 1), Math.Min(Count, FirstAfter(to) + 1));

    /// <summary>The loss, or the reward where there is one, in so many figures at most: the mean of each stretch.</summary>
    public float[] Sketch(int figures)
    {
        var column = _figures[RewardColumn ?? LossColumn];
        var sketch = new float[Math.Min(figures, Count)];
        for (var figure = 0; figure < sketch.Length; figure++)
        {
            sketch[figure] = Mean(column[Stretch(0, Count, figure, sketch.Length)], RewardColumn is not null);
        }

        return sketch;
    }

    private PackedPoints Pack(int from, int to)
    {
        int[] rows = to - from > MostRows ? Thinned(from, to) : [.. Enumerable.Range(from, Math.Max(0, to - from))];
        IReadOnlyList<string>? extra = RewardColumn is null ? null : [.. _figures.Names.Skip(Kept.Length), ReinforcementColumns.RewardMean];
        var values = new byte[rows.Length * (Columns + (extra?.Count ?? 0)) * sizeof(float)];
        var packed = MemoryMarshal.Cast<byte, float>(values.AsSpan());
        for (var column = 0; column < _figures.Count; column++)
        {
            Gather(_figures[column], rows, packed[((column < Kept.Length ? column : column + 1) * rows.Length)..]);
        }

        FillMeans(_figures[LossColumn], rows, from, skipsGaps: false, packed[(Kept.Length * rows.Length)..]);
        if (RewardColumn is { } reward)
        {
            FillMeans(_figures[reward], rows, from, skipsGaps: true, packed[((_figures.Count + 1) * rows.Length)..]);
        }

        return new PackedPoints(rows.Length, LastStep, values, extra);
    }

    /// <summary>In each stretch, the rows where something is least or greatest, and the very last row.</summary>
    private int[] Thinned(int from, int to)
    {
        var extremes = (RewardColumn is null ? Extremes : ReinforcementExtremes)
            .Select(extreme => (Column: _figures.Find(extreme.Column), extreme.Sign)).Where(extreme => extreme.Column >= 0).ToArray();
        var rows = new List<int>(MostRows);
        Span<int> chosen = stackalloc int[extremes.Length];
        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            var places = Stretch(from, to, stretch, Stretches);
            for (var extreme = 0; extreme < extremes.Length; extreme++)
            {
                chosen[extreme] = places.Start.Value + Extreme(_figures[extremes[extreme].Column][places], extremes[extreme].Sign);
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

        return [.. rows];
    }

    /// <summary>One of so many stretches of rows, all nearly of the same length.</summary>
    private static Range Stretch(int from, int to, int stretch, int stretches)
        => (from + (int)((long)(to - from) * stretch / stretches))..(from + (int)((long)(to - from) * (stretch + 1) / stretches));

    /// <summary>Place of the least (sign -1) or the greatest (1) figure; what is no number is neither.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Extreme(ReadOnlySpan<float> figures, int sign)
    {
        var (place, best) = (0, float.NaN);
        for (var row = 0; row < figures.Length; row++)
        {
            if (sign * (figures[row] - best) > 0 || float.IsNaN(best))
            {
                (place, best) = (row, figures[row]);
            }
        }

        return place;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(ReadOnlySpan<float> column, int[] rows, Span<float> gathered)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            gathered[row] = column[rows[row]];
        }
    }

    /// <summary>Means of the steps between one row and the next, so that a thinned curve is smoothed as the whole one would be.</summary>
    private static void FillMeans(ReadOnlySpan<float> column, int[] rows, int first, bool skipsGaps, Span<float> means)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            means[row] = Mean(column[first..(rows[row] + 1)], skipsGaps);
            first = rows[row] + 1;
        }
    }

    /// <summary>Mean of a stretch; of what there is in it where it may have gaps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Mean(ReadOnlySpan<float> figures, bool skipsGaps)
    {
        var (sum, count) = (0.0, 0);
        foreach (var figure in figures)
        {
            if (!skipsGaps || !float.IsNaN(figure))
            {
                sum += figure;
                count++;
            }
        }

        return (float)(sum / count);
    }

    /// <summary>Index of the first row after a step; steps ascend.</summary>
    private int FirstAfter(int step)
    {
        var steps = _figures[0];
        int low = 0, high = steps.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (steps[middle] > step)
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
