using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Rows;
using Microsoft.Win32.SafeHandles;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>The good rows of a file, by number: any row is one read away, and only their places are in memory (25 bytes a row).</summary>
/// <remarks>
/// A compressed file is unpacked beside the system's temporary files first, and deleted when the index is disposed. Reading is
/// thread-safe. <see cref="DatasetRows"/> has the bad rows as well.
/// </remarks>
public sealed class DatasetIndex : IDisposable
{
    private readonly DatasetFile _file;
    private readonly RowPositions _positions;
    private readonly SafeFileHandle _handle;
    private readonly UnpackedFile? _unpacked;

    [ThreadStatic]
    private static byte[]? _buffer;

    private DatasetIndex(DatasetFile file, string identity, DatasetCheckOptions options, RowPositions positions, DatasetReport report, UnpackedFile? unpacked)
    {
        _file = file;
        _positions = positions;
        _unpacked = unpacked;
        Identity = identity;
        Options = options;
        Report = report;
        _handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
    }

    /// <summary>Good rows.</summary>
    public int Count => _positions.Count;

    /// <summary>What the check found; <see cref="DatasetReport.Usable"/> says whether every row is good.</summary>
    public DatasetReport Report { get; }

    /// <summary>The same as long as the file and all that decides which rows are good are the same.</summary>
    public string Identity { get; }

    /// <summary>Whether rows are prompts to answer, rather than answers to learn.</summary>
    internal bool ReadsPrompts => Options.Method == TrainingMethod.Rft;

    internal DatasetFile Source => _file;

    internal DatasetCheckOptions Options { get; }

    internal RowPositions Positions => _positions;

    /// <summary>Checks a file and indexes its good rows; bad ones are in <see cref="Report"/>, and left out.</summary>
    /// <exception cref="UserErrorException">There is no such file, it cannot be read, or it holds no good row.</exception>
    public static DatasetIndex Open(string path, DatasetCheckOptions options, CancellationToken cancellationToken, Action<DatasetProgress>? progress = null)
        => Open(path, options, cachePath: null, cancellationToken, progress);

    /// <summary>Opens an index that <see cref="Check"/> or an earlier call left at <paramref name="cachePath"/>, without reading the file again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="cachePath">Where the index is kept; one that does not fit the file any more is built anew. <see langword="null"/> keeps none.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <param name="progress">Told about each block while the file is read.</param>
    /// <param name="allowNoGoodRow">Opens a file of nothing but bad rows too, to look at them.</param>
    /// <exception cref="UserErrorException">There is no such file, it cannot be read, or it holds no good row.</exception>
    public static DatasetIndex Open(
        string path, DatasetCheckOptions options, string? cachePath, CancellationToken cancellationToken, Action<DatasetProgress>? progress = null,
        bool allowNoGoodRow = false)
    {
        var file = DatasetFile.Open(path, options);
        var unpacked = file.Compressed && file.HasRows ? UnpackedFile.Create(file, cancellationToken) : null;
        try
        {
            var readable = unpacked is null ? file : DatasetFile.Open(unpacked.Path, options);
            var (positions, report) = (cachePath is null ? null : IndexCache.TryLoad(cachePath, file.Path, options))
                ?? Build(file, readable, options, cachePath, progress, cancellationToken);
            return positions.Count > 0 || allowNoGoodRow
                ? new DatasetIndex(readable, IndexCache.Identify(file.Path, options), options, positions, report, unpacked)
                : throw new UserErrorException(path, NoGoodRow(report));
        }
        catch
        {
            unpacked?.Dispose();
            throw;
        }
    }

    /// <summary>Checks a file as <see cref="DatasetChecker"/> does, and leaves its index at <paramref name="cachePath"/>, so that it opens at once.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it cannot be read.</exception>
    public static DatasetReport Check(
        string path, DatasetCheckOptions options, string cachePath, CancellationToken cancellationToken, Action<DatasetProgress>? progress = null)
    {
        var file = DatasetFile.Open(path, options);
        return Build(file, file, options, cachePath, progress, cancellationToken).Report;
    }

    /// <summary>Reads a good row.</summary>
    /// <param name="row">From 0, below <see cref="Count"/>.</param>
    /// <exception cref="UserErrorException">The file changed since it was indexed.</exception>
    public DatasetRow Read(int row) => Read(row, bytes => Parse(row, bytes));

    /// <summary>Reads a good row's own fields as graders see them (<c>item</c>): the object as it lies in the file, of a table its columns by name.</summary>
    /// <param name="row">From 0, below <see cref="Count"/>.</param>
    /// <returns>An object; it has an <c>answer</c> wherever the row has one, as a field or as what the assistant says at the conversation's end.</returns>
    /// <exception cref="UserErrorException">The file changed since it was indexed.</exception>
    public JsonElement ReadItem(int row)
        => Read(row, bytes => RowItem.Of(bytes, _file.Format == DatasetFormat.Table ? _file.Columns : null, () => Parse(row, bytes).Conversation));

    /// <summary>Rows in the order of the file.</summary>
    public IEnumerable<DatasetRow> ReadAll()
    {
        for (var row = 0; row < Count; row++)
        {
            yield return Read(row);
        }
    }

    /// <summary>A hash of the row's bytes: equal rows have equal hashes, wherever they stand.</summary>
    public ulong ContentHash(int row) => _positions[row].Hash;

    /// <summary>Reads bytes of the (decompressed) file; fewer at its end.</summary>
    internal int ReadBytes(long offset, Span<byte> bytes) => RandomAccess.Read(_handle, bytes, offset);

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _unpacked?.Dispose();
    }

    private T Read<T>(int row, Func<ReadOnlyMemory<byte>, T> parse)
    {
        var position = _positions[row];
        var buffer = _buffer is { } kept && kept.Length >= position.Length ? kept : _buffer = new byte[Math.Max(position.Length, 1 << 14)];
        var count = RandomAccess.Read(_handle, buffer.AsSpan(0, position.Length), position.Offset);
        try
        {
            return parse(buffer.AsMemory(0, count));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new UserErrorException($"{Report.File}:{position.Line}", "The row is not what it was when the file was checked: the file changed. Check it again.");
        }
    }

    private DatasetRow Parse(int row, ReadOnlyMemory<byte> bytes)
    {
        // The parser (its converter's buffer) belongs to one call, so that rows can be read from several threads.
        var parser = new RowParser(_file.Format == DatasetFormat.OpenAiChat ? null : _file.CreateConverter());
        return parser.Parse(bytes, row, _positions[row].Line, _positions[row].Offset);
    }

    private static (RowPositions Positions, DatasetReport Report) Build(
        DatasetFile file, DatasetFile readable, DatasetCheckOptions options, string? cachePath, Action<DatasetProgress>? progress, CancellationToken cancellationToken)
    {
        var positions = new RowPositions();
        var report = DatasetChecker.Check(readable, options, positions, cancellationToken, progress) with
        {
            File = Path.GetFileName(file.Path),
            FileBytes = file.Bytes,
            Compressed = file.Compressed,
            FormatText = file.HasRows ? file.Describe() : "no rows",
        };
        if (cachePath is not null)
        {
            try
            {
                IndexCache.Save(cachePath, file, options, positions, report);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Without the cache the file is read again next time; a full disk is told by whoever must write.
            }
        }

        return (positions, report);
    }

    private static string NoGoodRow(DatasetReport report)
    {
        var fault = report.Faults.FirstOrDefault(fault => fault.Severity == FaultSeverity.Error);
        return fault is null
            ? "There is no row to learn from."
            : $"There is no row to learn from. {(fault.Line > 0 ? $"Line {fault.Line}{(fault.Field.Length > 0 ? $", {fault.Field}" : "")}: " : "")}{fault.Describe()}";
    }
}
