using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Runs;

/// <summary>The curves of a run: a row of 32-bit floats for each step. Not thread-safe; its feed holds the lock.</summary>
internal sealed class RunPoints
{
    /// <summary>Step, loss, learning rate, gradient norm, tokens per second, resident megabytes.</summary>
    public const int Columns = 6;

    private const int LossColumn = 1;
    private const int NormColumn = 3;

    /// <summary>Above so many rows a whole curve is thinned out; what a screen can show, and no spike is lost.</summary>
    private const int MostRows = 6_000;

    private readonly List<float> _values = [];

    public int Count => _values.Count / Columns;

    public int LastStep => Count == 0 ? 0 : (int)_values[^Columns];

    public void Add(TrainingEvent.StepCompleted step)
    {
        _values.Add(step.Step);
        _values.Add((float)step.Loss);
        _values.Add((float)step.LearningRate);
        _values.Add((float)step.GradientNorm);
        _values.Add((float)step.TokensPerSecond);
        _values.Add(step.ResidentBytes / 1e6f);
    }

    /// <summary>Forgets what came after <paramref name="step"/>.</summary>
    public void Rewind(int step)
    {
        var keep = FirstAfter(step);
        _values.RemoveRange(keep * Columns, _values.Count - (keep * Columns));
    }

    /// <summary>Rows after <paramref name="step"/>, column after column, as little-endian floats.</summary>
    public PackedPoints After(int step)
    {
        var first = FirstAfter(step);
        var rows = Count - first > MostRows ? Thinned(first) : [.. Enumerable.Range(first, Count - first)];
        var packed = new float[rows.Count * Columns];
        for (var column = 0; column < Columns; column++)
        {
            for (var row = 0; row < rows.Count; row++)
            {
                packed[(column * rows.Count) + row] = _values[(rows[row] * Columns) + column];
            }
        }

        return new PackedPoints(rows.Count, LastStep, MemoryMarshal.AsBytes<float>(packed).ToArray());
    }

    /// <summary>In each stretch, the rows with the least and greatest loss and the greatest norm, and the very last row.</summary>
    private List<int> Thinned(int first)
    {
        var stretches = MostRows / 3;
        var rows = new List<int>(MostRows);
        Span<int> extremes = stackalloc int[3];
        for (var stretch = 0; stretch < stretches; stretch++)
        {
            var from = first + (int)((long)(Count - first) * stretch / stretches);
            var to = first + (int)((long)(Count - first) * (stretch + 1) / stretches);
            extremes.Fill(from);
            for (var row = from; row < to; row++)
            {
                extremes[0] = Value(row, LossColumn) < Value(extremes[0], LossColumn) ? row : extremes[0];
                extremes[1] = Value(row, LossColumn) > Value(extremes[1], LossColumn) ? row : extremes[1];
                extremes[2] = Value(row, NormColumn) > Value(extremes[2], NormColumn) ? row : extremes[2];
            }

            extremes.Sort();
            foreach (var row in extremes)
            {
                if (rows.Count == 0 || rows[^1] != row)
                {
                    rows.Add(row);
                }
            }
        }

        if (rows[^1] != Count - 1)
        {
            rows.Add(Count - 1);
        }

        return rows;
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
