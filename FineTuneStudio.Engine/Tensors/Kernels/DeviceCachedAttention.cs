namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary><see cref="CachedAttention"/> for all rows at once by libtorch's operators, without a wait for the device; no gradient.</summary>
/// <remarks>
/// Query heads that share a key head are laid side by side as if they were so many queries, so that keys are read where they lie. A row is as
/// wide as the longest: what lies behind its own tokens is masked, and must hold numbers (a cache of zeros).
/// </remarks>
internal static class DeviceCachedAttention
{
    private static readonly Operator Attention = Operator.Named("aten::scaled_dot_product_attention");

    public static void Write(Tensor k, Tensor v, Tensor keys, Tensor values, CachePlaces places)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var rows = places.Rows(keys.Size(1), keys.Size(2));
        if (places.Kept(keys.Size(2)) is { } kept)
        {
            (k, v) = (k.IndexSelect(0, kept), v.IndexSelect(0, kept));
        }

        keys.View(-1, keys.Size(3)).IndexCopyInPlace(0, rows, k.Reshape(-1, keys.Size(3)));
        values.View(-1, values.Size(3)).IndexCopyInPlace(0, rows, v.Reshape(-1, values.Size(3)));
    }

    public static Tensor Apply(Tensor q, Tensor k, Tensor v, Tensor keys, Tensor values, CachePlaces places, AttentionScoring scoring, HeadSteps? steps)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        (q, k) = steps?.Apply(q, k) ?? (q, k);
        Write(k, v, keys, values, places);
        var (rows, heads, width) = (q.Size(0), keys.Size(1), places.Width(keys.Size(2)));
        Tensor Kept(Tensor cache)
        {
            var narrow = cache.Narrow(2, 0, width);
            return places.AreFirstSlots ? narrow.Narrow(0, 0, rows) : narrow.IndexSelect(0, places.SlotIndex);   // [N, K, T, C]
        }

        var queries = q.Reshape(rows, heads, -1, keys.Size(3));                  // [N, K, H/K, C]
        var mask = places.Mask(scoring.Window, width, keys.Size(2), q.DType);                   // [N, 1, 1, T]
        var isUsual = scoring.SoftCap is null && scoring.Sinks is null;
        var result = isUsual && Attention.Takes("query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale")
            ? Attention.Call(queries, Kept(keys), Kept(values), mask.Expand(rows, heads, queries.Size(2), width), 0.0, false, scoring.Scale)
            : Products(queries, Kept(keys), Kept(values), mask, scoring);
        return scope.Keep(result.Reshape(rows, -1, values.Size(3)));
    }

    private static Tensor Products(Tensor queries, Tensor keys, Tensor values, Tensor mask, AttentionScoring scoring)
    {
        var scores = PlainScores.Bounded(queries.To(DType.Float32).MatMul(keys.To(DType.Float32).Transpose(2, 3)), scoring) + mask;
        if (scoring.Sinks is { } sinks)
        {
            var column = sinks.To(DType.Float32).View(1, keys.Size(1), -1, 1).Expand(queries.Size(0), keys.Size(1), queries.Size(2), 1);
            scores = Tensor.Cat([scores, column], -1);
        }

        return scores.Softmax(-1).Narrow(-1, 0, keys.Size(2)).MatMul(values.To(DType.Float32)).To(queries.DType);
    }
}
