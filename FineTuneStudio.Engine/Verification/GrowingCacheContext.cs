using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Verification;

/// <summary>One sequence's keys and values, appended step by step: the plainest cache there is.</summary>
internal sealed class GrowingCacheContext : AttentionContext, IDisposable
{
    private readonly Dictionary<int, (Tensor Keys, Tensor Values)> _cache = [];

    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, double scale, int? window)
    {
        using var scope = TensorScope.Enter();
        if (_cache.TryGetValue(layer, out var before))
        {
            k = Tensor.Cat([before.Keys, k], 0);
            v = Tensor.Cat([before.Values, v], 0);
            before.Keys.Dispose();
            before.Values.Dispose();
        }

        _cache[layer] = (k.Clone().Own(), v.Clone().Own());
        var group = q.Size(1) / k.Size(1);
        var keys = k.RepeatInterleave(group, 1).Permute(1, 2, 0);     // [H, C, T]
        var values = v.RepeatInterleave(group, 1).Transpose(0, 1);    // [H, T, C]
        var scores = q.Transpose(0, 1).MatMul(keys).To(DType.Float32) * scale;
        var hidden = Hidden((int)q.Size(0), (int)k.Size(0), window);
        return scope.Keep(scores.MaskedFill(hidden, double.NegativeInfinity).Softmax(-1).To(q.DType).MatMul(values).Transpose(0, 1).Contiguous());
    }

    public void Dispose()
    {
        foreach (var (keys, values) in _cache.Values)
        {
            keys.Dispose();
            values.Dispose();
        }
    }

    // True where the key's position is after the query's, or before its window. [N, T]
    private static Tensor Hidden(int queries, int keys, int? window)
    {
        var hidden = new bool[queries * keys];
        for (var query = 0; query < queries; query++)
        {
            var position = keys - queries + query;
            for (var key = 0; key < keys; key++)
            {
                hidden[(query * keys) + key] = key > position || (window is { } width && key <= position - width);
            }
        }

        return Tensor.From<bool>(hidden, queries, keys);
    }
}
