using System.Runtime.CompilerServices;

namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>What two neighbouring tokens merge to, and how early: an open-addressing table in one array.</summary>
internal sealed class PairTable
{
    /// <summary>Rank of pairs that do not merge.</summary>
    public const int NoRank = int.MaxValue;

    private const ulong Empty = ulong.MaxValue;
    private readonly Slot[] _slots;
    private readonly int _shift;

    /// <param name="count">How many pairs will be set.</param>
    public PairTable(int count)
    {
        var bits = 4;
        while ((1L << bits) < 2L * count)
        {
            bits++;
        }

        _shift = 64 - bits;
        _slots = new Slot[1 << bits];
        Array.Fill(_slots, new Slot(Empty, NoRank, -1));
    }

    /// <summary>Sets a pair; a later setting wins.</summary>
    public void Set(int left, int right, int rank, int merged)
    {
        var key = Key(left, right);
        ref var slot = ref _slots[Find(key)];
        slot = new Slot(key, rank, merged);
    }

    /// <summary>The rank of a pair (smaller merges earlier), or <see cref="NoRank"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RankOf(int left, int right, out int merged)
    {
        ref readonly var slot = ref _slots[Find(Key(left, right))];
        merged = slot.Merged;
        return slot.Rank;
    }

    /// <summary>Every pair, the earliest rank first; equals in the order of what they merge.</summary>
    public IReadOnlyList<(int Left, int Right, int Merged, int Rank)> All
        => [.. _slots.Where(slot => slot.Key != Empty)
            .OrderBy(slot => slot.Rank).ThenBy(slot => slot.Key)
            .Select(slot => ((int)(slot.Key >> 32), (int)(slot.Key & uint.MaxValue), slot.Merged, slot.Rank))];

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(ulong key)
    {
        unchecked
        {
            var slots = _slots;
            var index = (int)((key * 0x9E3779B97F4A7C15UL) >> _shift);
            while (true)
            {
                var found = slots[index].Key;
                if (found == key || found == Empty)
                {
                    return index;
                }

                index = (index + 1) & (slots.Length - 1);
            }
        }
    }

    private readonly record struct Slot(ulong Key, int Rank, int Merged);
}
