using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Keys and values of the sequences being generated; each sequence owns a slot while it runs.</summary>
/// <remarks>Memory is reserved at once but touched, and so taken from the system, only as far as sequences grow.</remarks>
internal sealed class KvCache : IDisposable
{
    private readonly Layer[] _layers;
    private readonly Stack<int> _free;

    /// <param name="config">The network.</param>
    /// <param name="dtype">Element type of activations.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="slots">Sequences at a time.</param>
    /// <param name="capacity">Most tokens of a sequence.</param>
    public KvCache(ModelConfig config, DType dtype, Device device, int slots, int capacity)
    {
        _layers = [.. config.Layers.Select(layer => Make(layer.Attention.Cache))];
        _free = new Stack<int>(Enumerable.Range(0, slots).Reverse());

        Layer Make(CacheShape shape)
        {
            Tensor Empty(long size) => Tensor.Empty([slots, shape.Heads, capacity, size], dtype, device).Own();

            return new Layer(Empty(shape.KeySize), Empty(shape.ValueSize));
        }
    }

    /// <summary>Slots that no sequence owns.</summary>
    public int FreeSlots => _free.Count;

    /// <summary>Bytes that one token of one sequence takes over all layers.</summary>
    public static long BytesOfToken(ModelConfig config, DType dtype)
        => config.Layers.Sum(layer => layer.Attention.Cache.Elements * dtype.Size());

    /// <summary>The tensors of a layer. <c>[slots, K, capacity, C]</c></summary>
    public Layer Of(int layer) => _layers[layer];

    /// <summary>Gives a free slot to a sequence.</summary>
    public int Take() => _free.Pop();

    /// <summary>Takes a slot back.</summary>
    public void Release(int slot) => _free.Push(slot);

    /// <summary>Copies a sequence's first tokens: answers to one prompt share its pass through the network.</summary>
    public void Copy(int from, int to, int tokens)
    {
        using var scope = TensorScope.Enter();
        foreach (var (keys, values) in _layers)
        {
            keys.Select(0, to).Narrow(1, 0, tokens).CopyFrom(keys.Select(0, from).Narrow(1, 0, tokens));
            values.Select(0, to).Narrow(1, 0, tokens).CopyFrom(values.Select(0, from).Narrow(1, 0, tokens));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (keys, values) in _layers)
        {
            keys.Dispose();
            values.Dispose();
        }
    }

    /// <summary>Keys and values of one layer. <c>[slots, K, capacity, C]</c></summary>
    public readonly record struct Layer(Tensor Keys, Tensor Values);
}
