namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Where the tokens of one pass lie in a cache, known without asking the device; what every layer needs of it is made once.</summary>
/// <remarks>Dispose it after the pass.</remarks>
public sealed class CachePlaces : IDisposable
{
    // Rows of a mask begin at multiples of this, or libtorch copies it in each layer.
    private const int MaskUnit = 16;

    private readonly long[] _slots;
    private readonly long[] _positions;
    private readonly Device _device;
    private readonly Dictionary<(long Heads, long Capacity), Tensor> _rows = [];
    private readonly Dictionary<(int? Window, long Width, long Capacity, DType Type), Tensor> _masks = [];
    private readonly Dictionary<long, Tensor?> _kept = [];
    private Tensor? _slotIndex;

    /// <param name="slots">Slot of each token's sequence. <c>[N]</c></param>
    /// <param name="positions">Place of each token in its sequence. <c>[N]</c></param>
    /// <param name="device">Where the cache is.</param>
    public CachePlaces(long[] slots, long[] positions, Device device) => (_slots, _positions, _device) = (slots, positions, device);

    /// <summary>Whether the tokens own the first slots in order, so that the cache needs no gathering.</summary>
    public bool AreFirstSlots => _slots.Select((slot, row) => slot == row).All(same => same);

    /// <summary>Number of tokens N.</summary>
    public int Count => _slots.Length;

    /// <summary>Tokens of the longest sequence, made up to a multiple of 16 where the cache has room.</summary>
    public long Width(long capacity) => Math.Min(capacity, (_positions.Max() + MaskUnit) / MaskUnit * MaskUnit);

    /// <summary>Slots, to choose by. <c>[N]</c>, Int64</summary>
    public Tensor SlotIndex => _slotIndex ??= Own(_slots);

    /// <summary>
    /// Tokens that a cache of this capacity still holds after the pass; <see langword="null"/> where that is all. A cache as short as a window
    /// uses its places in turns. <c>[n]</c>, Int64
    /// </summary>
    public Tensor? Kept(long capacity)
    {
        if (!_kept.TryGetValue(capacity, out var kept))
        {
            var places = KeptOf(capacity);
            _kept[capacity] = kept = places.Length == _slots.Length ? null : Own(places);
        }

        return kept;
    }

    /// <summary>Places in a cache seen as rows <c>[slots K capacity, C]</c>, for every kept token and head. <c>[n K]</c>, Int64</summary>
    public Tensor Rows(long heads, long capacity)
    {
        if (!_rows.TryGetValue((heads, capacity), out var rows))
        {
            _rows[(heads, capacity)] = rows = Own(
                [.. KeptOf(capacity).SelectMany(token => Enumerable.Range(0, (int)heads).Select(head => (((_slots[token] * heads) + head) * capacity) + (_positions[token] % capacity)))]);
        }

        return rows;
    }

    /// <summary>Zero where a token looks, minus infinity elsewhere. <c>[N, 1, 1, width]</c></summary>
    public Tensor Mask(int? window, long width, long capacity, DType type)
    {
        if (!_masks.TryGetValue((window, width, capacity, type), out var mask))
        {
            var numbers = new float[_slots.Length * width];
            for (var index = 0; index < numbers.Length; index++)
            {
                // The newest token whose turn at this place has come; below zero where none has.
                var (position, place) = (_positions[index / width], index % width);
                var token = position - ((position - place + capacity) % capacity);
                numbers[index] = token >= 0 && (window is null || token > position - window) ? 0 : float.NegativeInfinity;
            }

            using var scope = TensorScope.Enter();
            _masks[(window, width, capacity, type)] = mask = Tensor.From<float>(numbers, _slots.Length, 1, 1, width).To(_device).To(type).Own();
        }

        return mask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _slotIndex?.Dispose();
        foreach (var tensor in _rows.Values.Concat(_masks.Values).Concat(_kept.Values.OfType<Tensor>()))
        {
            tensor.Dispose();
        }
    }

    // A later token of the same sequence takes the place of one that lies a capacity before it.
    private long[] KeptOf(long capacity)
    {
        var last = new Dictionary<long, long>();
        for (var token = 0; token < _slots.Length; token++)
        {
            last[_slots[token]] = Math.Max(last.GetValueOrDefault(_slots[token]), _positions[token]);
        }

        return [.. Enumerable.Range(0, _slots.Length).Select(token => (long)token).Where(token => _positions[token] > last[_slots[token]] - capacity)];
    }

    private Tensor Own(long[] numbers)
    {
        using var scope = TensorScope.Enter();
        return Tensor.From<long>(numbers).To(_device).Own();
    }
}
