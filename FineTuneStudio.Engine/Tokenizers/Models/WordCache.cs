using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>Words already seen and their tokens: most words of a text are among the few thousand most common ones.</summary>
/// <remarks>For one thread. When full it starts anew, so that memory stays bounded and old subjects are forgotten.</remarks>
internal sealed class WordCache
{
    /// <summary>Longer words are seldom seen again.</summary>
    public const int LongestWord = 128;

    private const int FewestSlots = 1 << 11;
    private const int MostSlots = 1 << 16;

    // So that nobody can write a text whose words all fall into one slot.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    private Slot[] _slots = new Slot[FewestSlots];
    private char[] _words = new char[FewestSlots * 4];
    private int[] _ids = new int[FewestSlots * 2];
    private ushort[] _spans = new ushort[FewestSlots * 4];
    private int _slotCount;
    private int _wordEnd;
    private int _idEnd;

    /// <summary>The tokens of a word seen before: a range of <see cref="Ids"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(ReadOnlySpan<char> word, uint hash, out int first, out int count)
    {
        var slots = _slots;
        for (var index = (int)(hash & (uint)(slots.Length - 1)); ; index = (index + 1) & (slots.Length - 1))
        {
            ref readonly var slot = ref slots[index];
            if (slot.Count == 0)
            {
                (first, count) = (0, 0);
                return false;
            }

            if (slot.Hash == hash && slot.Length == word.Length && word.SequenceEqual(_words.AsSpan(slot.Word, slot.Length)))
            {
                (first, count) = (slot.First, slot.Count);
                return true;
            }
        }
    }

    public ReadOnlySpan<int> Ids(int first, int count) => _ids.AsSpan(first, count);

    /// <summary>For each id, where in the word it starts and ends.</summary>
    public ReadOnlySpan<ushort> Spans(int first, int count) => _spans.AsSpan(2 * first, 2 * count);

    /// <summary>Remembers a word of at most <see cref="LongestWord"/> units.</summary>
    public void Add(ReadOnlySpan<char> word, uint hash, MergeWorkspace tokens)
    {
        if (tokens.Count == 0)
        {
            return;
        }

        if (2 * _slotCount >= _slots.Length)
        {
            MakeRoom();
        }

        Reserve(word.Length, tokens.Count);
        word.CopyTo(_words.AsSpan(_wordEnd));
        tokens.Ids.CopyTo(_ids.AsSpan(_idEnd));
        for (var index = 0; index < tokens.Count; index++)
        {
            _spans[2 * (_idEnd + index)] = (ushort)tokens.Starts[index];
            _spans[(2 * (_idEnd + index)) + 1] = (ushort)tokens.Ends[index];
        }

        Insert(_slots, new Slot(hash, _wordEnd, (ushort)word.Length, (ushort)tokens.Count, _idEnd));
        _slotCount++;
        _wordEnd += word.Length;
        _idEnd += tokens.Count;
    }

    /// <summary>A hash of a word that is not empty: eight bytes at a time, the last ones overlapping.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash(ReadOnlySpan<char> word)
    {
        unchecked
        {
            const ulong Multiplier = 0x9FB21C651E98DF25UL;
            ref var start = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(word));
            var length = word.Length * sizeof(char);
            var hash = Seed ^ (ulong)length;
            if (length >= 8)
            {
                for (var index = 0; index < length - 8; index += 8)
                {
                    hash = (hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, index))) * Multiplier;
                    hash ^= hash >> 29;
                }

                hash ^= Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, length - 8));
            }
            else if (length >= 4)
            {
                hash ^= Unsafe.ReadUnaligned<uint>(ref start)
                    | ((ulong)Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - 4)) << 32);
            }
            else
            {
                hash ^= word[0];
            }

            hash *= Multiplier;
            return (uint)(hash >> 32) ^ (uint)hash;
        }
    }

    private static void Insert(Slot[] slots, in Slot slot)
    {
        var index = (int)(slot.Hash & (uint)(slots.Length - 1));
        while (slots[index].Count != 0)
        {
            index = (index + 1) & (slots.Length - 1);
        }

        slots[index] = slot;
    }

    private void MakeRoom()
    {
        if (_slots.Length >= MostSlots)
        {
            Array.Clear(_slots);
            (_slotCount, _wordEnd, _idEnd) = (0, 0, 0);
            return;
        }

        var larger = new Slot[_slots.Length * 4];
        foreach (var slot in _slots.Where(slot => slot.Count != 0))
        {
            Insert(larger, slot);
        }

        _slots = larger;
    }

    private void Reserve(int units, int ids)
    {
        if (_wordEnd + units > _words.Length)
        {
            Array.Resize(ref _words, (_words.Length * 2) + units);
        }

        if (_idEnd + ids > _ids.Length)
        {
            Array.Resize(ref _ids, (_ids.Length * 2) + ids);
            Array.Resize(ref _spans, _ids.Length * 2);
        }
    }

    private readonly record struct Slot(uint Hash, int Word, ushort Length, ushort Count, int First);
}
