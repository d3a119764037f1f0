namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Attention of one new token of each of several sequences over the keys and values kept of them; no gradient.</summary>
/// <remarks>
/// A cache is a tensor of keys <c>[slots, K, capacity, C]</c> and one of values <c>[slots, K, capacity, V]</c>; a sequence owns a slot. Rows may
/// be of any length. In main memory nothing is padded, and a row's result does not depend on its neighbours; on a GPU it does up to rounding. A
/// cache may be as short as the window: then its places are used in turns.
/// </remarks>
public static class CachedAttention
{
    private static readonly Operator FusedAttention = Operator.Named("fts::cached_attention");
    private static readonly Operator FusedWrite = Operator.Named("fts::cache_write");

    /// <summary>Writes each row's key and value into the cache and attends over all of its sequence.</summary>
    /// <param name="q">Queries, one token a row. <c>[N, H, C]</c></param>
    /// <param name="k">Keys; head h of the queries reads head <c>h / (H/K)</c>. <c>[N, K, C]</c></param>
    /// <param name="v">Values. <c>[N, K, V]</c></param>
    /// <param name="keys">The cache's keys, written to. <c>[slots, K, capacity, C]</c></param>
    /// <param name="values">The cache's values, written to. <c>[slots, K, capacity, V]</c></param>
    /// <param name="slots">Which slot each row's sequence owns; each once, unless all their keys and values were written before (<see cref="Write"/>). <c>[N]</c>, Int64</param>
    /// <param name="positions">Place of the new token in its sequence. <c>[N]</c>, Int64</param>
    /// <param name="scoring">What governs the scores.</param>
    /// <param name="steps">What queries and keys still have to go through; <see langword="null"/> is nothing.</param>
    /// <param name="places">Slots and positions once more, known on this side: without them other devices compute row by row.</param>
    /// <returns><c>[N, H, V]</c></returns>
    /// <exception cref="TensorException">Shapes do not fit, or a row lies outside of the cache.</exception>
    public static Tensor Apply(
        Tensor q, Tensor k, Tensor v, Tensor keys, Tensor values, Tensor slots, Tensor positions, AttentionScoring scoring,
        HeadSteps? steps = null, CachePlaces? places = null)
        => KernelChoice.IsFused(FusedAttention, q)
            ? FusedAttention.Call(
                q, k, v, keys, values, slots, positions, scoring.Scale, scoring.Window ?? 0, scoring.SoftCap ?? 0.0, scoring.Sinks,
                steps?.QueryNorm, steps?.KeyNorm, steps?.Epsilon ?? 0.0, steps?.UnitOffset ?? false, steps?.Cos, steps?.Sin)
            : places is not null && !KernelChoice.IsPlain ? DeviceCachedAttention.Apply(q, k, v, keys, values, places, scoring, steps)
            : ApplyPlain(q, k, v, keys, values, slots, positions, scoring, steps);

    /// <summary>Writes keys and values of tokens into the cache: prompts.</summary>
    /// <param name="k"><c>[N, K, C]</c></param>
    /// <param name="v"><c>[N, K, V]</c></param>
    /// <param name="keys">The cache's keys, written to. <c>[slots, K, capacity, C]</c></param>
    /// <param name="values">The cache's values, written to. <c>[slots, K, capacity, V]</c></param>
    /// <param name="slots">Slot of each token's sequence. <c>[N]</c>, Int64</param>
    /// <param name="positions">Place of each token in its sequence, in order. <c>[N]</c>, Int64</param>
    /// <param name="window">Tokens that a later one looks back at, itself included; <see langword="null"/> is all.</param>
    /// <param name="places">As in <see cref="Apply"/>.</param>
    public static void Write(Tensor k, Tensor v, Tensor keys, Tensor values, Tensor slots, Tensor positions, int? window = null, CachePlaces? places = null)
    {
        if (KernelChoice.IsFused(FusedWrite, k))
        {
            FusedWrite.Run(k, v, keys, values, slots, positions, window ?? 0);
        }
        else if (places is not null && !KernelChoice.IsPlain)
        {
            DeviceCachedAttention.Write(k, v, keys, values, places);
        }
        else
        {
            WritePlain(k, v, keys, values, slots, positions);
        }
    }

    /// <summary>The plain twin of <see cref="Apply"/>, row by row.</summary>
    public static Tensor ApplyPlain(
        Tensor q, Tensor k, Tensor v, Tensor keys, Tensor values, Tensor slots, Tensor positions, AttentionScoring scoring,
        HeadSteps? steps = null)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        (q, k) = steps?.Apply(q, k) ?? (q, k);
        WritePlain(k, v, keys, values, slots, positions);
        var (slot, position) = (slots.ToArray<long>(), positions.ToArray<long>());
        var group = q.Size(1) / k.Size(1);
        var results = new Tensor[slot.Length];
        for (var row = 0; row < results.Length; row++)
        {
            var (whole, capacity) = (position[row] + 1, keys.Size(2));
            var start = whole > capacity ? 0 : scoring.Window is { } width ? Math.Max(0, whole - width) : 0;
            Tensor Kept(Tensor cache) => cache.Select(0, slot[row]).Narrow(1, start, Math.Min(whole, capacity) - start)
                .To(DType.Float32).RepeatInterleave(group, 0);             // [H, T, C]

            var query = q.Select(0, row).To(DType.Float32).Unsqueeze(1);    // [H, 1, C]
            var weights = PlainScores.Softmax(PlainScores.Bounded(query.MatMul(Kept(keys).Transpose(1, 2)), scoring), scoring);
            results[row] = weights.MatMul(Kept(values)).Squeeze(1);
        }

        return scope.Keep(Tensor.Stack(results, 0).To(q.DType));
    }

    private static void WritePlain(Tensor k, Tensor v, Tensor keys, Tensor values, Tensor slots, Tensor positions)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var (slot, position) = (slots.ToArray<long>(), positions.ToArray<long>());
        for (var row = 0; row < slot.Length; row++)
        {
            var place = position[row] % keys.Size(2);
            keys.Select(0, slot[row]).Select(1, place).CopyFrom(k.Select(0, row));
            values.Select(0, slot[row]).Select(1, place).CopyFrom(v.Select(0, row));
        }
    }
}
