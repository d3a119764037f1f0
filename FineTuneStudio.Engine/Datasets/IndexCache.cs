using System.Runtime.InteropServices;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>An index on disk, so that a file that was checked once opens at once: a header of JSON, then the places of its rows.</summary>
/// <remarks>A cache and nothing more: what does not fit the file, the options or this version is not read, and built anew.</remarks>
internal static class IndexCache
{
    private const long Magic = 0x3258444953544601;
    private const int MaxHeaderBytes = 256 << 20;

    /// <summary>Writes an index durably.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public static void Save(string cachePath, DatasetFile file, DatasetCheckOptions options, RowPositions positions, DatasetReport report)
    {
        using var target = DurableFile.Create(cachePath);
        var header = JsonSerializer.SerializeToUtf8Bytes(new Header(Identify(file.Path, options), positions.Count, positions.Bad.Count, report), RunSpecification.JsonOptions);
        target.Stream.Write(MemoryMarshal.AsBytes<long>([Magic, header.Length]));
        target.Stream.Write(header);
        positions.Write(target.Stream);
        target.Commit();
    }

    /// <summary>Reads an index; <see langword="null"/> where there is none that fits.</summary>
    public static (RowPositions Positions, DatasetReport Report)? TryLoad(string cachePath, string path, DatasetCheckOptions options)
    {
        if (!File.Exists(cachePath))
        {
            return null;
        }

        try
        {
            using var stream = new FileStream(cachePath, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
            Span<long> start = stackalloc long[2];
            stream.ReadExactly(MemoryMarshal.AsBytes(start));
            if (start[0] != Magic || start[1] is < 0 or > MaxHeaderBytes || start[1] > stream.Length)
            {
                return null;
            }

            var bytes = new byte[start[1]];
            stream.ReadExactly(bytes);
            var header = JsonSerializer.Deserialize<Header>(bytes, RunSpecification.JsonOptions);
            if (header is null || header.Identity != Identify(path, options) || header.Rows < 0 || header.BadRows < 0
                || stream.Length - stream.Position != RowPositions.BytesOf(header.Rows, header.BadRows))
            {
                return null;
            }

            return (RowPositions.Read(stream, header.Rows, header.BadRows), header.Report);
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What must be the same for an index to be of use: the file as it lies there, and all that decides which rows are good.</summary>
    public static string Identify(string path, DatasetCheckOptions options)
    {
        var info = new FileInfo(path);
        var columns = JsonSerializer.Serialize(options.Columns, RunSpecification.JsonOptions);
        return $"{info.Length} {info.LastWriteTimeUtc.Ticks} {options.Method} {options.MaxRowBytes} {options.MaxDepth} {options.FaultsPerKind} {columns}";
    }

    private sealed record Header(string Identity, int Rows, int BadRows, DatasetReport Report);
}
