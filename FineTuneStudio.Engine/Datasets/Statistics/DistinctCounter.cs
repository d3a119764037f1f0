namespace FineTuneStudio.Engine.Datasets.Statistics;

/// <summary>Counts different 64-bit hashes in bounded memory: exact up to some 780,000, an estimate within a percent beyond.</summary>
/// <remarks>
/// Adaptive sampling (Flajolet 1990): a full table keeps only the hashes whose lowest bits are zero, half of them with each level, so
/// that what it holds stays an unbiased sample of the different values.
/// </remarks>
internal sealed class DistinctCounter
{
    private const int MaxSlots = 1 << 20;
    private Entry[] _slots = new Entry[1 << 10];
    private int _used;
    private int _level;

    /// <summary>Different values.</summary>
    public long Distinct => (long)_used << _level;

    /// <summary>Whether <see cref="Distinct"/> and <see cref="Repeated"/> are estimates.</summary>
    public bool IsEstimate => _level > 0;

    /// <summary>Values that occurred before.</summary>
    public long Repeated
    {
        get
        {
            long repeated = 0;
            foreach (var entry in _slots)
            {
                repeated += entry.Count > 1 ? entry.Count - 1 : 0;
            }

            return repeated << _level;
        }
    }

    /// <summary>Counts a value; returns the line of its first occurrence, or 0 where this is the first (or it is not in the sample).</summary>
    public long Add(ulong hash, long line)
    {
        if (_level > 0 && (hash & Mask) != 0)
        {
            return 0;
        }

        ref var slot = ref Find(_slots, hash);
        if (slot.Count > 0)
        {
            slot.Count++;
            return slot.Line;
        }

        slot = new Entry { Hash = hash, Count = 1, Line = (uint)Math.Min(line, uint.MaxValue) };
        if (++_used > _slots.Length / 4 * 3)
        {
            Enlarge();
        }

        return 0;
    }

    private ulong Mask => (1UL << _level) - 1;

    private void Enlarge()
    {
        if (_slots.Length == MaxSlots)
        {
            _level++;
        }

        var old = _slots;
        _slots = new Entry[_slots.Length == MaxSlots ? MaxSlots : old.Length * 2];
        _used = 0;
        foreach (var entry in old)
        {
            if (entry.Count > 0 && (entry.Hash & Mask) == 0)
            {
                Find(_slots, entry.Hash) = entry;
                _used++;
            }
        }
    }

    private static ref Entry Find(Entry[] slots, ulong hash)
    {
        // The high bits choose the slot: the low ones are the sampling's.
        var index = (int)(hash >> 40) & (slots.Length - 1);
        while (slots[index].Count > 0 && slots[index].Hash != hash)
        {
            index = (index + 1) & (slots.Length - 1);
        }

        return ref slots[index];
    }

    private struct Entry
    {
        public ulong Hash;
        public uint Line;
        public uint Count;
    }
}
