namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>The symbols of one word while they merge; reused from word to word.</summary>
internal sealed class MergeWorkspace
{
    // Below this, looking through all pairs for the best one costs less than keeping a heap.
    private const int LongestScanned = 40;

    private int[] _ids = new int[64];
    private int[] _starts = new int[64];
    private int[] _ends = new int[64];
    private int[] _ranks = new int[64];
    private int[] _merged = new int[64];
    private int[] _next = [];
    private int[] _previous = [];
    private ulong[] _heap = [];
    private int _heapCount;

    /// <summary>How many symbols there are.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Where each symbol starts, in whatever unit it was added with.</summary>
    public Span<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>Where each symbol ends.</summary>
    public Span<int> Ends => _ends.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            Grow();
        }

        _ids[Count] = id;
        _starts[Count] = start;
        _ends[Count] = end;
        Count++;
    }

    /// <summary>Merges neighbours, the earliest rank first and the leftmost of equals, until nothing merges.</summary>
    public void Merge(PairTable pairs)
    {
        if (Count > LongestScanned)
        {
            MergeByHeap(pairs);
        }
        else if (Count > 1)
        {
            MergeByScan(pairs);
        }
    }

    private void Grow()
    {
        Array.Resize(ref _ids, Count * 2);
        Array.Resize(ref _starts, Count * 2);
        Array.Resize(ref _ends, Count * 2);
        Array.Resize(ref _ranks, Count * 2);
        Array.Resize(ref _merged, Count * 2);
    }

    private void MergeByScan(PairTable pairs)
    {
        var count = Count;
        for (var index = 0; index < count - 1; index++)
        {
            _ranks[index] = pairs.RankOf(_ids[index], _ids[index + 1], out _merged[index]);
        }

        while (count > 1)
        {
            var best = 0;
            var bestRank = _ranks[0];
            for (var index = 1; index < count - 1; index++)
            {
                if (_ranks[index] < bestRank)
                {
                    (best, bestRank) = (index, _ranks[index]);
                }
            }

            if (bestRank == PairTable.NoRank)
            {
                break;
            }

            _ids[best] = _merged[best];
            _ends[best] = _ends[best + 1];
            count--;
            Remove(_ids, best + 1, count);
            Remove(_starts, best + 1, count);
            Remove(_ends, best + 1, count);
            Remove(_ranks, best, count - 1);
            Remove(_merged, best, count - 1);
            if (best < count - 1)
            {
                _ranks[best] = pairs.RankOf(_ids[best], _ids[best + 1], out _merged[best]);
            }

            if (best > 0)
            {
                _ranks[best - 1] = pairs.RankOf(_ids[best - 1], _ids[best], out _merged[best - 1]);
            }
        }

        Count = count;
    }

    private static void Remove(int[] items, int index, int newCount)
    {
        if (index < newCount)
        {
            items.AsSpan(index + 1, newCount - index).CopyTo(items.AsSpan(index));
        }
    }

    private void MergeByHeap(PairTable pairs)
    {
        var count = Count;
        if (_next.Length < count)
        {
            _next = new int[_ids.Length];
            _previous = new int[_ids.Length];
            _heap = new ulong[_ids.Length];
        }

        _heapCount = 0;
        for (var index = 0; index < count; index++)
        {
            _next[index] = index + 1;
            _previous[index] = index - 1;
            _ranks[index] = index + 1 < count ? pairs.RankOf(_ids[index], _ids[index + 1], out _merged[index]) : PairTable.NoRank;
            if (_ranks[index] != PairTable.NoRank)
            {
                _heap[_heapCount++] = Entry(_ranks[index], index);
            }
        }

        for (var index = (_heapCount / 2) - 1; index >= 0; index--)
        {
            SiftDown(index);
        }

        while (_heapCount > 0)
        {
            var entry = Pop();
            var index = (int)(entry & uint.MaxValue);

            // An entry whose pair has changed since has another rank now; the pair it became has an entry of its own.
            if (_ranks[index] == (int)(entry >> 32))
            {
                MergeAt(index, count, pairs);
            }
        }

        Compact(count);
    }

    private void MergeAt(int index, int count, PairTable pairs)
    {
        var right = _next[index];
        _ids[index] = _merged[index];
        _ends[index] = _ends[right];
        _next[index] = _next[right];
        _ranks[right] = PairTable.NoRank;
        _ids[right] = -1;
        if (_next[index] < count)
        {
            _previous[_next[index]] = index;
        }

        Rank(index, count, pairs);
        if (_previous[index] >= 0)
        {
            Rank(_previous[index], count, pairs);
        }
    }

    private void Rank(int index, int count, PairTable pairs)
    {
        var right = _next[index];
        _ranks[index] = right < count ? pairs.RankOf(_ids[index], _ids[right], out _merged[index]) : PairTable.NoRank;
        if (_ranks[index] != PairTable.NoRank)
        {
            Push(Entry(_ranks[index], index));
        }
    }

    private void Compact(int count)
    {
        var target = 0;
        for (var index = 0; index < count; index = _next[index])
        {
            _ids[target] = _ids[index];
            _starts[target] = _starts[index];
            _ends[target] = _ends[index];
            target++;
        }

        Count = target;
    }

    private static ulong Entry(int rank, int index) => ((ulong)(uint)rank << 32) | (uint)index;

    private void Push(ulong entry)
    {
        if (_heapCount == _heap.Length)
        {
            Array.Resize(ref _heap, _heap.Length * 2);
        }

        var index = _heapCount++;
        while (index > 0 && _heap[(index - 1) / 2] > entry)
        {
            _heap[index] = _heap[(index - 1) / 2];
            index = (index - 1) / 2;
        }

        _heap[index] = entry;
    }

    private ulong Pop()
    {
        var top = _heap[0];
        _heap[0] = _heap[--_heapCount];
        SiftDown(0);
        return top;
    }

    private void SiftDown(int index)
    {
        var entry = _heap[index];
        for (var child = (2 * index) + 1; child < _heapCount; child = (2 * index) + 1)
        {
            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
            {
                child++;
            }

            if (_heap[child] >= entry)
            {
                break;
            }

            _heap[index] = _heap[child];
            index = child;
        }

        _heap[index] = entry;
    }
}
