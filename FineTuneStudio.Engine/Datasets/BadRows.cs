using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Datasets.Records;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>The rows with an error, in the order of the file: few as a rule, and kept so that they can be looked at beside the good ones.</summary>
internal sealed class BadRows
{
    private readonly List<BadRow> _rows = [];

    public int Count => _rows.Count;

    public BadRow this[int index] => _rows[index];

    public void Add(BadRow row) => _rows.Add(row);

    /// <summary>Bad rows with a number below <paramref name="number"/>.</summary>
    public int CountBefore(int number) => FirstWhere((row, _) => row.Number >= number);

    /// <summary>Bad rows that stand before a good row.</summary>
    /// <param name="good">Number among the good rows.</param>
    public int CountBeforeGood(int good) => FirstWhere((row, index) => row.Number - index > good);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static BadRows Read(Stream stream, int count)
    {
        var rows = new BadRows();
        CollectionsMarshal.SetCount(rows._rows, count);
        stream.ReadExactly(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(rows._rows)));
        return rows;
    }

    public void Write(Stream stream) => stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_rows)));

    /// <summary>Bytes that <see cref="Write"/> writes for so many rows.</summary>
    public static long BytesOf(int rows) => (long)rows * Unsafe.SizeOf<BadRow>();

    // Both orders are of the file, so what holds for one row holds for all behind it.
    private int FirstWhere(Func<BadRow, int, bool> holds)
    {
        int low = 0, high = _rows.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = holds(_rows[middle], middle) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>A row with an error.</summary>
    /// <param name="Offset">Its first byte in the (decompressed) file.</param>
    /// <param name="Line">Line of that byte, from 1.</param>
    /// <param name="FullLength">Its bytes in the file.</param>
    /// <param name="Length">Bytes worth reading; fewer for a row that is too long.</param>
    /// <param name="Number">Number among all rows, from 0.</param>
    /// <param name="Mark">What the splitter noticed; an int, so that the record has no holes on disk.</param>
    internal readonly record struct BadRow(long Offset, long Line, long FullLength, int Length, int Number, long Mark)
    {
        public RecordSpan ToSpan() => new(0, Length, Offset, Line, FullLength, (RecordMark)Mark);
    }
}
