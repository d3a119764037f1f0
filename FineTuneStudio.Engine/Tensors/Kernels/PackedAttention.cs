namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Causal attention inside each of several sequences that lie packed one after another; key/value heads may be shared (GQA).</summary>
public static class PackedAttention
{
    private static readonly Operator Fused = Operator.Named("fts::packed_attention");

    /// <summary>Each token looks at itself and what came before it in its own sequence.</summary>
    /// <param name="q">Queries. <c>[N, H, C]</c></param>
    /// <param name="k">Keys; head h of the queries reads head <c>h / (H/K)</c>. <c>[N, K, C]</c></param>
    /// <param name="v">Values. <c>[N, K, V]</c></param>
    /// <param name="sequenceStarts">First token of each sequence, and N at the end. <c>[S + 1]</c></param>
    /// <param name="scoring">What governs the scores.</param>
    /// <param name="startsOnDevice">The starts where the queries are, so that no layer copies them; Int32. <c>[S + 1]</c></param>
    /// <returns><c>[N, H, V]</c></returns>
    /// <exception cref="ArgumentException">The starts do not begin at 0, do not rise, or do not end at N.</exception>
    public static Tensor Apply(Tensor q, Tensor k, Tensor v, int[] sequenceStarts, AttentionScoring scoring, Tensor? startsOnDevice = null)
    {
        Check(sequenceStarts, q.Size(0));
        return KernelChoice.IsFused(Fused, q)
            ? Fused.Call(q, k, v, Array.ConvertAll(sequenceStarts, start => (long)start), scoring.Scale, scoring.Window ?? 0, scoring.SoftCap ?? 0.0, scoring.Sinks)
            : GpuAttention.Takes(q, v, scoring) ? GpuAttention.Apply(q, k, v, sequenceStarts, scoring, startsOnDevice)
            : ApplyPlain(q, k, v, sequenceStarts, scoring);
    }

    /// <summary>The same where sequences may follow others: a token looks at all of what its own follows, too.</summary>
    /// <remarks>What reaches a sequence backwards that others follow is the sum over them. Only the fused kernel has it without copies of what is shared.</remarks>
    /// <param name="q">Queries. <c>[N, H, C]</c></param>
    /// <param name="k">Keys; head h of the queries reads head <c>h / (H/K)</c>. <c>[N, K, C]</c></param>
    /// <param name="v">Values. <c>[N, K, V]</c></param>
    /// <param name="sequences">Where they begin, and which they follow.</param>
    /// <param name="scoring">What governs the scores.</param>
    /// <returns><c>[N, H, V]</c></returns>
    public static Tensor Apply(Tensor q, Tensor k, Tensor v, PrefixedSequences sequences, AttentionScoring scoring)
    {
        Check(sequences.Starts, q.Size(0));
        if (KernelChoice.IsFused(Fused, q))
        {
            return Fused.Call(
                q, k, v, Array.ConvertAll(sequences.Starts, start => (long)start), scoring.Scale, scoring.Window ?? 0, scoring.SoftCap ?? 0.0, scoring.Sinks,
                Array.ConvertAll(sequences.Prefixes, prefix => (long)prefix));
        }

        var wholes = sequences.Wholes;
        return Apply(q.IndexSelect(0, wholes.Places), k.IndexSelect(0, wholes.Places), v.IndexSelect(0, wholes.Places), wholes.Starts, scoring, wholes.StartsOnDevice)
            .IndexSelect(0, wholes.Firsts);
    }

    /// <summary>The plain twin of <see cref="Apply(Tensor, Tensor, Tensor, int[], AttentionScoring, Tensor?)"/>; it makes each sequence's square matrix of scores.</summary>
    public static Tensor ApplyPlain(Tensor q, Tensor k, Tensor v, int[] sequenceStarts, AttentionScoring scoring)
    {
        using var scope = TensorScope.Enter();
        var outputs = new Tensor[sequenceStarts.Length - 1];
        for (var sequence = 0; sequence < outputs.Length; sequence++)
        {
            var (start, length) = (sequenceStarts[sequence], sequenceStarts[sequence + 1] - sequenceStarts[sequence]);
            outputs[sequence] = OneSequence(q.Narrow(0, start, length), k.Narrow(0, start, length), v.Narrow(0, start, length), scoring);
        }

        return scope.Keep(outputs.Length == 1 ? outputs[0] : Tensor.Cat(outputs, 0));
    }

    private static Tensor OneSequence(Tensor q, Tensor k, Tensor v, AttentionScoring scoring)
    {
        var length = q.Size(0);
        var group = q.Size(1) / k.Size(1);
        var keys = k.RepeatInterleave(group, 1).Permute(1, 2, 0);     // [H, C, T]
        var values = v.RepeatInterleave(group, 1).Transpose(0, 1);    // [H, T, V]
        var scores = PlainScores.Bounded(q.Transpose(0, 1).MatMul(keys).To(DType.Float32), scoring);
        var weights = PlainScores.Softmax(scores.MaskedFill(Hidden(length, scoring.Window, q.Device), double.NegativeInfinity), scoring);
        return weights.To(q.DType).MatMul(values).Transpose(0, 1).Contiguous();
    }

    // True where the column's token is later than the row's, or before its window.
    private static Tensor Hidden(long length, int? window, Device device)
    {
        var ones = Tensor.Full([length, length], 1, DType.Float32, device);
        var hidden = ones.Triu(1);
        return (window is { } width && width < length ? hidden + ones.Triu(width).Transpose(0, 1) : hidden).NotEqualTo(0);
    }

    private static void Check(int[] starts, long tokens)
    {
        var rising = starts.Length > 1 && starts[0] == 0 && starts[^1] == tokens;
        for (var index = 1; rising && index < starts.Length; index++)
        {
            rising = starts[index] > starts[index - 1];
        }

        if (!rising)
        {
            throw new ArgumentException($"Sequence starts must rise from 0 to {tokens}: {string.Join(", ", starts)}.", nameof(starts));
        }
    }
}
