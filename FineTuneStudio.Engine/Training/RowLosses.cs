using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>The rows behind each step of a run: <c>rows.bin</c> of its folder.</summary>
/// <remarks>
/// One record for each step, little-endian: its number and how many rows it saw (32-bit integers), then for each row its number (32-bit
/// integer) and its loss (32-bit float). Eight bytes a row: a hundred thousand steps of sixteen rows take 14 MB. Steps increase; one that is
/// missing did not fit any more.
/// </remarks>
public static class RowLosses
{
    internal const int HeaderBytes = 2 * sizeof(int);

    internal static unsafe int RowBytes => sizeof(RowLoss);

    /// <summary>The rows of a step in the order they were learnt from; <see langword="null"/> where the folder does not tell.</summary>
    /// <param name="runFolder">The run's; it may go on meanwhile.</param>
    /// <param name="step">From 1.</param>
    public static IReadOnlyList<RowLoss>? Read(string runFolder, int step)
    {
        var path = Path.Combine(runFolder, RunFolder.Rows);
        if (!File.Exists(path))
        {
            return null;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        while (Next(stream) is var (number, count) && number > 0)
        {
            if (number == step)
            {
                var rows = new RowLoss[count];
                var bytes = MemoryMarshal.AsBytes(rows.AsSpan());
                return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? rows : null;
            }

            stream.Seek((long)count * RowBytes, SeekOrigin.Current);
        }

        return null;
    }

    /// <summary>Bytes of the whole records up to a step.</summary>
    internal static long LengthUntil(string runFolder, int step)
    {
        var path = Path.Combine(runFolder, RunFolder.Rows);
        if (!File.Exists(path))
        {
            return 0;
        }

        using var stream = File.OpenRead(path);
        var length = 0L;
        while (Next(stream) is var (number, count) && number > 0 && number <= step)
        {
            var end = length + HeaderBytes + ((long)count * RowBytes);
            if (end > stream.Length)
            {
                break;
            }

            length = end;
            stream.Seek(end, SeekOrigin.Begin);
        }

        return length;
    }

    // Step 0 stands for the end, and for what is no record.
    private static (int Step, int Count) Next(FileStream stream)
    {
        Span<int> header = stackalloc int[2];
        var bytes = MemoryMarshal.AsBytes(header);
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length && header[1] >= 0 ? (header[0], header[1]) : (0, 0);
    }
}
