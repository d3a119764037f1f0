namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Attention of new tokens of several sequences over the latents kept of them, which are keys and, in their first part, values; no gradient.</summary>
/// <remarks>
/// DeepSeek-AI 2024, arXiv 2405.04434. A cache is one tensor <c>[slots, 1, capacity, C]</c>: all heads share it. Nothing is padded, and a
/// row's result does not depend on its neighbours.
/// </remarks>
public static class CachedLatentAttention
{
    private static readonly Operator Fused = Operator.Named("fts::latent_attention");

    /// <summary>Writes each row's latent into the cache and attends over all of its sequence.</summary>
    /// <param name="q">Queries, one token a row, taken to the latents. <c>[N, H, C]</c></param>
    /// <param name="latent">What is kept of the new tokens. <c>[N, C]</c></param>
    /// <param name="cache">Written to. <c>[slots, 1, capacity, C]</c></param>
    /// <param name="slots">Which slot each row's sequence owns. <c>[N]</c>, Int64</param>
    /// <param name="positions">Place of the new token in its sequence. <c>[N]</c>, Int64</param>
    /// <param name="valueSize">Width of the latents' part that is mixed. <c>V</c></param>
    /// <param name="scale">Factor on the scores.</param>
    /// <returns><c>[N, H, V]</c></returns>
    /// <exception cref="TensorException">Shapes do not fit, or a row lies outside of the cache.</exception>
    public static Tensor Apply(Tensor q, Tensor latent, Tensor cache, Tensor slots, Tensor positions, long valueSize, double scale)
        => KernelChoice.IsFused(Fused, q)
            ? Fused.Call(q, latent, cache.Squeeze(1), slots, positions, valueSize, scale)
            : ApplyPlain(q, latent, cache, slots, positions, valueSize, scale);

    /// <summary>Writes the latents of tokens into the cache: prompts.</summary>
    /// <param name="latent"><c>[N, C]</c></param>
    /// <param name="cache">Written to. <c>[slots, 1, capacity, C]</c></param>
    /// <param name="slots">Slot of each token's sequence. <c>[N]</c>, Int64</param>
    /// <param name="positions">Place of each token in its sequence. <c>[N]</c>, Int64</param>
    public static void Write(Tensor latent, Tensor cache, Tensor slots, Tensor positions)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var capacity = Tensor.Full([1], cache.Size(2), DType.Int64, cache.Device);
        cache.View(cache.Size(0) * cache.Size(2), cache.Size(3)).IndexCopyInPlace(0, (slots * capacity) + positions, latent);
    }

    /// <summary>The plain twin of <see cref="Apply"/>, row by row.</summary>
    public static Tensor ApplyPlain(Tensor q, Tensor latent, Tensor cache, Tensor slots, Tensor positions, long valueSize, double scale)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        Write(latent, cache, slots, positions);
        var (slot, position) = (slots.ToArray<long>(), positions.ToArray<long>());
        var results = new Tensor[slot.Length];
        for (var row = 0; row < results.Length; row++)
        {
            var kept = cache.Select(0, slot[row]).Select(0, 0).Narrow(0, 0, position[row] + 1).To(DType.Float32);     // [T, C]
            var weights = (q.Select(0, row).To(DType.Float32).MatMul(kept.Transpose(0, 1)) * scale).Softmax(-1);          // [H, T]
            results[row] = weights.MatMul(kept.Narrow(1, 0, valueSize));
        }

        return scope.Keep(Tensor.Stack(results, 0).To(q.DType));
    }
}
