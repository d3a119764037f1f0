namespace FineTuneStudio.Engine.Tokenizers.Texts;

/// <summary>Where the pieces of a text end, in order; a list that grows without a call for each element.</summary>
internal sealed class EndList
{
    private int[] _ends = new int[256];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int end)
    {
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, Count * 2);
        }

        _ends[Count++] = end;
    }
}
