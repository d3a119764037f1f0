namespace FineTuneStudio.Engine.Tokenizers.Texts;

/// <summary>Ids as they are found, and, where asked for, the units of the original text that each stands for.</summary>
internal sealed class TokenBuffer
{
    private int[] _ids = new int[512];
    private int[] _starts = [];
    private int[] _ends = [];

    public int Count { get; private set; }

    public bool HasOffsets { get; private set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public void Reset(bool withOffsets)
    {
        Count = 0;
        HasOffsets = withOffsets;
        if (withOffsets && _starts.Length < _ids.Length)
        {
            _starts = new int[_ids.Length];
            _ends = new int[_ids.Length];
        }
    }

    public void Add(int id, int start, int end)
    {
        Reserve(1);
        _ids[Count] = id;
        if (HasOffsets)
        {
            _starts[Count] = start;
            _ends[Count] = end;
        }

        Count++;
    }

    /// <summary>Adds ids where offsets are not asked for.</summary>
    public void AddRange(ReadOnlySpan<int> ids)
    {
        Reserve(ids.Length);
        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>The tokens with their offsets, brought into an order that never falls.</summary>
    public TokenSpan[] ToSpans()
    {
        var spans = new TokenSpan[Count];
        var start = 0;
        var end = 0;
        for (var index = 0; index < Count; index++)
        {
            start = Math.Max(start, _starts[index]);
            end = Math.Max(Math.Max(end, start), _ends[index]);
            spans[index] = new TokenSpan(_ids[index], start, end);
        }

        return spans;
    }

    private void Reserve(int more)
    {
        if (Count + more <= _ids.Length)
        {
            return;
        }

        var length = Math.Max(_ids.Length * 2, Count + more);
        Array.Resize(ref _ids, length);
        if (HasOffsets)
        {
            Array.Resize(ref _starts, length);
            Array.Resize(ref _ends, length);
        }
    }
}
