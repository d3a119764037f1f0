using System.Runtime.InteropServices;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Statistics;

/// <summary>Counts short answers by their text, the first few thousand different ones: labels are few, free text is not shown.</summary>
internal sealed class AnswerTally
{
    private const int MaxTexts = 4096;
    private readonly Dictionary<ulong, Entry> _entries = [];

    public void Add(ulong hash, ReadOnlySpan<byte> text)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, hash);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry))
        {
            entry.Rows++;
        }
        else if (_entries.Count < MaxTexts)
        {
            _entries.Add(hash, new Entry { Text = text.ToArray(), Rows = 1 });
        }
    }

    /// <summary>The most frequent ones that occur more than once; equal counts in the order of their first row.</summary>
    public IReadOnlyList<AnswerCount> MostFrequent(int count)
        => [.. _entries.Values.Where(entry => entry.Rows > 1).OrderByDescending(entry => entry.Rows).Take(count).Select(entry => new AnswerCount(Unescape(entry.Text), entry.Rows))];

    private static string Unescape(byte[] raw)
    {
        byte[] quoted = [(byte)'"', .. raw, (byte)'"'];
        return JsonSerializer.Deserialize<string>(quoted)!;
    }

    private struct Entry
    {
        public byte[] Text;
        public long Rows;
    }
}
