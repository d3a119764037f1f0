namespace FineTuneStudio.Engine.Pretraining.Text;

/// <summary>Choices that follow from a seed and a document's number, so that any document can be written alone.</summary>
internal sealed class TextRandom(long seed, long document)
{
    private long _place;

    /// <summary>A number from 0 to below <paramref name="count"/>.</summary>
    public int Below(int count) => (int)Math.BigMul(Training.Packing.CounterRandom.Bits(seed, document, _place++), (ulong)count, out _);

    /// <summary>A number between two, both included.</summary>
    public int Between(int low, int high) => low + Below(high - low + 1);

    /// <summary>True so many times out of a hundred.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>One of the items.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Several different items, in random order; all of them where there are fewer.</summary>
    public List<T> PickMany<T>(IReadOnlyList<T> items, int count)
    {
        var rest = items.ToList();
        var picked = new List<T>();
        while (picked.Count < count && rest.Count > 0)
        {
            var index = Below(rest.Count);
            picked.Add(rest[index]);
            rest.RemoveAt(index);
        }

        return picked;
    }
}
