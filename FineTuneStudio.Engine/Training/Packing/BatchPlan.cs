using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Engine.Training.Packing;

/// <summary>Which rows every step of a run learns from; follows from lengths, options and seed alone.</summary>
/// <remarks>An epoch's last step may hold fewer sequences; no step crosses the end of an epoch. One epoch is in memory at a time.</remarks>
internal sealed class BatchPlan
{
    private readonly IReadOnlyList<int> _lengths;
    private readonly BatchOptions _batch;
    private readonly long _seed;

    // First step of each epoch, and one past the last step.
    private readonly int[] _epochStarts;
    private int _loadedEpoch = -1;
    private List<int[]> _sequences = [];

    private BatchPlan(IReadOnlyList<int> lengths, BatchOptions batch, long seed, int[] epochStarts, int totalSteps)
    {
        _lengths = lengths;
        _batch = batch;
        _seed = seed;
        _epochStarts = epochStarts;
        TotalSteps = totalSteps;
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public int TotalSteps { get; }

    /// <summary>Optimizer steps of the first epoch; others differ by how their rows happen to fit.</summary>
    public int StepsPerEpoch => _epochStarts[1];

    /// <summary>Plans a run.</summary>
    /// <param name="lengths">Tokens of every training row, none above the context; at least one row.</param>
    /// <param name="batch">Sequences to a pass, passes to a step, context.</param>
    /// <param name="duration">Epochs or steps.</param>
    /// <param name="seed">The run's seed.</param>
    public static BatchPlan Create(IReadOnlyList<int> lengths, BatchOptions batch, DurationOptions duration, long seed)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lengths.Count);
        var starts = new List<int> { 0 };
        var epochs = duration.Steps is null ? duration.Epochs : double.PositiveInfinity;
        int total;
        do
        {
            var steps = StepsOf(Sequences(lengths, batch, seed, starts.Count - 1).Count, batch);
            var share = Math.Min(1, epochs - (starts.Count - 1));

            // A thousandth of a step is rounding of the fraction, not a wish for one more.
            total = starts[^1] + (int)Math.Ceiling((steps * share) - 0.001);
            starts.Add(starts[^1] + steps);
        }
        while (starts.Count - 1 < epochs && (duration.Steps is not { } wanted || starts[^1] < wanted));

        return new(lengths, batch, seed, [.. starts], duration.Steps ?? Math.Max(1, total));
    }

    /// <summary>Passes over the data after so many steps.</summary>
    public double EpochAfter(int steps)
    {
        if (steps == 0)
        {
            return 0;
        }

        var epoch = EpochOf(steps - 1);
        return epoch + ((double)(steps - _epochStarts[epoch]) / (_epochStarts[epoch + 1] - _epochStarts[epoch]));
    }

    /// <summary>The micro-batches of a step: for each the rows, one conversation after another.</summary>
    /// <param name="step">Steps done before it.</param>
    public List<int[]> MicroBatches(int step)
    {
        var epoch = EpochOf(step);
        if (epoch != _loadedEpoch)
        {
            _sequences = Sequences(_lengths, _batch, _seed, epoch);
            _loadedEpoch = epoch;
        }

        var perStep = checked(_batch.Rows * _batch.Accumulation);
        var first = (step - _epochStarts[epoch]) * perStep;
        var count = Math.Min(perStep, _sequences.Count - first);
        return [.. _sequences.GetRange(first, count).Chunk(_batch.Rows).Select(sequences => sequences.SelectMany(rows => rows).ToArray())];
    }

    private static List<int[]> Sequences(IReadOnlyList<int> lengths, BatchOptions batch, long seed, int epoch)
    {
        var order = Order(lengths.Count, seed, epoch);
        if (!batch.Packing)
        {
            return [.. order.Select(row => new[] { row })];
        }

        // Sequences that close late are less full; mixing them keeps the steps of an epoch alike.
        var packed = SequencePacker.Pack(lengths, order, batch.ContextLength);
        return [.. Order(packed.Count, ~seed, epoch).Select(index => packed[index])];
    }

    private static int[] Order(int count, long seed, int epoch)
    {
        var permutation = new RowPermutation(count, seed, epoch);
        var order = new int[count];
        for (var position = 0; position < count; position++)
        {
            order[position] = permutation[position];
        }

        return order;
    }

    private static int StepsOf(int sequences, BatchOptions batch)
    {
        var perStep = (long)batch.Rows * batch.Accumulation;
        return (int)((sequences + perStep - 1) / perStep);
    }

    private int EpochOf(int step)
    {
        var found = Array.BinarySearch(_epochStarts, step);
        return found >= 0 ? found : ~found - 1;
    }
}
