using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Generation;

/// <summary>Keys and values of the sequences being generated; each sequence owns a slot while it runs.</summary>
/// <remarks>
/// Main memory is reserved at once but touched, and so taken from the system, only as far as sequences grow. A layer that looks back through a
/// window keeps no more than the window's tokens, each in the place of the one that left it.
/// </remarks>
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
        // Without the kernels, whole multiples of 16 are computed, and what is masked there must be numbers too.
        var isExact = KernelChoice.HasKernels(device);
        _layers = [.. config.Layers.Select(layer => Make(layer.Attention))];
        _free = new Stack<int>(Enumerable.Range(0, slots).Reverse());

        Layer Make(AttentionDescription attention)
        {
            var kept = Kept(attention, capacity);
            Tensor Reserve(long size)
            {
                long[] sizes = [slots, attention.Cache.Heads, isExact ? kept : (kept + 15) / 16 * 16, size];
                return (isExact ? Tensor.Empty(sizes, dtype, device) : Tensor.Zeros(sizes, dtype, device)).Own();
            }

            return new Layer(Reserve(attention.Cache.KeySize), Reserve(attention.Cache.ValueSize));
        }
    }

    /// <summary>Slots that no sequence owns.</summary>
    public int FreeSlots => _free.Count;

    /// <summary>Bytes that a sequence takes over all layers.</summary>
    /// <param name="config">The network.</param>
    /// <param name="dtype">Element type of activations.</param>
    /// <param name="tokens">Its tokens.</param>
    public static long BytesOf(ModelConfig config, DType dtype, int tokens)
        => config.Layers.Sum(layer => layer.Attention.Cache.Elements * dtype.Size() * Kept(layer.Attention, tokens));

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
            var kept = Math.Min(tokens, keys.Size(2));
            keys.Select(0, to).Narrow(1, 0, kept).CopyFrom(keys.Select(0, from).Narrow(1, 0, kept));
            values.Select(0, to).Narrow(1, 0, kept).CopyFrom(values.Select(0, from).Narrow(1, 0, kept));
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

    // Tokens of a sequence that a layer keeps.
    private static int Kept(AttentionDescription attention, int tokens) => Math.Min(tokens, attention.Window ?? tokens);

    /// <summary>Keys and values of one layer. <c>[slots, K, capacity, C]</c></summary>
    public readonly record struct Layer(Tensor Keys, Tensor Values);
}
