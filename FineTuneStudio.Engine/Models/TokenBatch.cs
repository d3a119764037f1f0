using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models;

/// <summary>Sequences of tokens, one after another without padding; N tokens of S sequences.</summary>
/// <remarks>
/// One packed row of several conversations and a batch of rows are the same thing here. In generation a sequence is the tokens that are new
/// in this step, and its positions go on from those in the cache.
/// </remarks>
public sealed class TokenBatch : IDisposable
{
    private readonly int[] _positions;
    private Tensor? _starts;

    private TokenBatch(ReadOnlySpan<int> ids, int[] positions, int[] sequenceStarts, Device device)
    {
        if (ids.Length == 0 || positions.Length != ids.Length || sequenceStarts is not [0, .., var end] || end != ids.Length)
        {
            throw new ArgumentException($"{ids.Length} ids, {positions.Length} positions and starts [{string.Join(", ", sequenceStarts)}] do not make a batch.");
        }

        _positions = positions;
        LargestId = Largest(ids);
        SequenceStarts = sequenceStarts;
        using var scope = TensorScope.Enter();
        Ids = ToTensor(ids, device);
        Positions = ToTensor(positions, device);
    }

    /// <summary>Token ids. <c>[N]</c>, Int64</summary>
    public Tensor Ids { get; }

    /// <summary>Place of each token in its sequence, from 0. <c>[N]</c>, Int64</summary>
    public Tensor Positions { get; }

    /// <summary>First token of each sequence, and N at the end. <c>[S + 1]</c></summary>
    public int[] SequenceStarts { get; }

    /// <summary>Number of tokens N.</summary>
    public int Tokens => SequenceStarts[^1];

    /// <summary>Number of sequences S.</summary>
    public int Sequences => SequenceStarts.Length - 1;

    /// <summary>
    /// The length that dynamic rope scaling looks at. <see langword="null"/> takes each sequence's own, so that no sequence depends on its
    /// neighbours; the reference implementations take the width of the padded batch.
    /// </summary>
    public int? RopeLength { get; private init; }

    /// <summary>Whole sequences, each from position 0.</summary>
    /// <param name="sequences">Tokens of each sequence, at least one each.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="ropeLength">See <see cref="RopeLength"/>.</param>
    public static TokenBatch FromSequences(IReadOnlyList<int[]> sequences, Device device = default, int? ropeLength = null)
        => Continue(sequences, new int[sequences.Count], device, ropeLength);

    /// <summary>New tokens of sequences whose first so many tokens are known already.</summary>
    /// <param name="sequences">New tokens of each sequence, at least one each.</param>
    /// <param name="known">Tokens of each sequence that came before. <c>[S]</c></param>
    /// <param name="device">Where the model is.</param>
    /// <param name="ropeLength">See <see cref="RopeLength"/>.</param>
    public static TokenBatch Continue(IReadOnlyList<int[]> sequences, IReadOnlyList<int> known, Device device = default, int? ropeLength = null)
    {
        var starts = new int[sequences.Count + 1];
        var positions = new List<int>();
        for (var index = 0; index < sequences.Count; index++)
        {
            starts[index + 1] = starts[index] + sequences[index].Length;
            positions.AddRange(Enumerable.Range(known[index], sequences[index].Length));
        }

        return new TokenBatch(sequences.SelectMany(sequence => sequence).ToArray(), [.. positions], starts, device) { RopeLength = ropeLength };
    }

    /// <summary>Ids that lie packed already.</summary>
    /// <param name="ids">Tokens of all sequences. <c>[N]</c></param>
    /// <param name="sequenceStarts">First token of each sequence, and N at the end. <c>[S + 1]</c></param>
    /// <param name="device">Where the model is.</param>
    public static TokenBatch FromPacked(ReadOnlySpan<int> ids, int[] sequenceStarts, Device device = default)
    {
        var positions = new int[ids.Length];
        for (var sequence = 0; sequence + 1 < sequenceStarts.Length; sequence++)
        {
            for (var token = sequenceStarts[sequence]; token < sequenceStarts[sequence + 1]; token++)
            {
                positions[token] = token - sequenceStarts[sequence];
            }
        }

        return new TokenBatch(ids, positions, sequenceStarts, device);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _starts?.Dispose();
        Ids.Dispose();
        Positions.Dispose();
    }

    /// <summary>What <see cref="Positions"/> holds, here.</summary>
    internal IReadOnlyList<int> HostPositions => _positions;

    /// <summary><see cref="SequenceStarts"/> where kernels of a GPU read them, made once; <see langword="null"/> in main memory. <c>[S + 1]</c>, Int32</summary>
    internal Tensor? StartsOnDevice
    {
        get
        {
            if (_starts is null && !Ids.Device.IsCpu)
            {
                using var scope = TensorScope.Enter();
                _starts = Tensor.From<int>(SequenceStarts).To(Ids.Device).Own();
            }

            return _starts;
        }
    }

    /// <summary>Largest token id; it must be in the model's vocabulary.</summary>
    internal int LargestId { get; }

    /// <summary>The length that rope scaling sees for a sequence.</summary>
    internal int RopeLengthOf(int sequence) => RopeLength ?? _positions[SequenceStarts[sequence + 1] - 1] + 1;

    private static int Largest(ReadOnlySpan<int> ids)
    {
        var largest = ids[0];
        foreach (var id in ids)
        {
            largest = Math.Max(largest, id);
        }

        return largest;
    }

    private static Tensor ToTensor(ReadOnlySpan<int> values, Device device)
    {
        var wide = new long[values.Length];
        for (var index = 0; index < wide.Length; index++)
        {
            wide[index] = values[index];
        }

        return Tensor.From<long>(wide).To(device).Own();
    }
}
