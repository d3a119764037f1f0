using System.IO.Compression;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Records;
using FineTuneStudio.Engine.Datasets.Rows;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>A file whose container, format and columns were found out from its beginning.</summary>
internal sealed class DatasetFile
{
    private readonly DatasetCheckOptions _options;

    private DatasetFile(string path, DatasetCheckOptions options)
    {
        Path = path;
        _options = options;
    }

    public string Path { get; }

    public long Bytes { get; private init; }

    public bool Compressed { get; private init; }

    public bool HasByteOrderMark { get; private set; }

    public DatasetContainer Container { get; private set; }

    public DatasetFormat Format { get; private set; }

    public ColumnReport? Columns { get; private set; }

    /// <summary>What is wrong with the file as a whole.</summary>
    public List<DatasetFault> Faults { get; } = [];

    /// <summary>Whether rows can be turned into conversations.</summary>
    public bool Readable { get; private set; }

    /// <summary>Whether there is anything to go through.</summary>
    public bool HasRows { get; private set; }

    /// <summary>Container and format for a person.</summary>
    public string Describe()
    {
        var container = Container switch
        {
            DatasetContainer.JsonLines => "JSONL",
            DatasetContainer.JsonArray => "a JSON array",
            _ => Columns?.Delimiter switch { ';' => "CSV separated by semicolons", '\t' => "tab-separated text", _ => "CSV" },
        };
        return $"{container}{(Compressed ? " (gzip)" : "")}: {RowFormats.Describe(Format)}";
    }

    /// <summary>Opens a file and finds out what it is.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it cannot be read.</exception>
    public static DatasetFile Open(string path, DatasetCheckOptions options)
    {
        UserErrorException.ThrowIfAny(options.Validate());
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                throw new UserErrorException(path, Directory.Exists(path) ? "This is a folder; name a JSONL, JSON or CSV file." : "There is no such file.");
            }

            var file = new DatasetFile(info.FullName, options) { Bytes = info.Length, Compressed = IsGzip(info.FullName) };
            file.Sniff();
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(path, $"The file cannot be read: {exception.Message}");
        }
    }

    /// <summary>The text from its beginning, decompressed.</summary>
    public Stream OpenText()
    {
        var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        return Compressed ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>A reader of records over <see cref="OpenText"/>, behind the byte order mark.</summary>
    public RecordReader CreateReader(Stream text)
    {
        RecordScanner scanner = Container switch
        {
            DatasetContainer.JsonLines => new LineScanner(),
            DatasetContainer.JsonArray => new ArrayScanner(),
            _ => new DelimitedScanner((byte)(Columns?.Delimiter ?? ',')),
        };
        var skipped = HasByteOrderMark ? text.ReadAtLeast(stackalloc byte[3], 3) : 0;
        return new RecordReader(text, scanner, skipped, _options.MaxRowBytes);
    }

    /// <summary>A converter to chat rows; <see langword="null"/> where rows are of that format already.</summary>
    public RowConverter? CreateConverter() => Format switch
    {
        DatasetFormat.OpenAiChat => null,
        DatasetFormat.TypedParts => new TypedPartsConverter(),
        DatasetFormat.ShareGpt => new ShareGptConverter(),
        DatasetFormat.Table => new TableConverter(Columns!.Names, Columns.Delimiter, Columns.Mapping!, _options.Method),
        DatasetFormat.Alpaca or DatasetFormat.PromptCompletion or DatasetFormat.QuestionAnswer => new FieldsConverter(Format, _options.Method),
        _ => throw new InvalidOperationException($"Rows of format {Format} cannot be converted."),
    };

    private static bool IsGzip(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Span<byte> magic = stackalloc byte[2];
        return stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
    }

    private void Sniff()
    {
        var head = new byte[4096];
        int length;
        try
        {
            using var text = OpenText();
            length = text.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException exception)
        {
            Report(DatasetFaultKind.DamagedArchive, $"a gzip file that cannot be unpacked ({exception.Message})", "a whole gzip file", "Copy or compress the file again.");
            return;
        }

        ReadOnlySpan<byte> start = head.AsSpan(0, length);
        HasByteOrderMark = start.StartsWith("\uFEFF"u8);
        start = HasByteOrderMark ? start[3..] : start;
        if (ReportForeign(start))
        {
            return;
        }

        if (HasByteOrderMark)
        {
            Report(DatasetFaultKind.ByteOrderMark, "a byte order mark at the start", "UTF-8 without one", "It is skipped here; other programs stumble over it.");
        }

        var first = start.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0 && length < head.Length)
        {
            Report(DatasetFaultKind.EmptyFile, length == 0 ? "an empty file" : "a file of blanks", "rows", "Is it the right file? Was the export finished?");
            return;
        }

        HasRows = true;
        var extension = System.IO.Path.GetExtension(Compressed ? System.IO.Path.GetFileNameWithoutExtension(Path) : Path);
        Container = first < 0 ? DatasetContainer.JsonLines : start[first] switch
        {
            (byte)'{' => DatasetContainer.JsonLines,
            (byte)'[' => DatasetContainer.JsonArray,
            _ when extension.StartsWith(".json", StringComparison.OrdinalIgnoreCase) || extension.Equals(".ndjson", StringComparison.OrdinalIgnoreCase) => DatasetContainer.JsonLines,
            _ => DatasetContainer.DelimitedText,
        };
        if (Container == DatasetContainer.DelimitedText)
        {
            var table = TableSniffer.Sniff(this, start, _options);
            Columns = table;
            Format = DatasetFormat.Table;
            Readable = table.Mapping is not null;
        }
        else
        {
            SniffRows();
        }
    }

    /// <summary>The format that most of the first rows have.</summary>
    private void SniffRows()
    {
        const int wanted = 100;
        RecordSpan? sample = null;
        var votes = new int[Enum.GetValues<DatasetFormat>().Length];
        using var text = OpenText();
        var block = new RecordBlock();
        _ = CreateReader(text).Read(block);
        foreach (var record in block.Records.Take(wanted))
        {
            var format = record.Mark == RecordMark.TooLong ? null : RowFormats.Detect(block.Buffer.AsMemory(record.Start, record.Length), _options.Method);
            if (format is { } found)
            {
                votes[(int)found]++;
                sample ??= found == DatasetFormat.Unknown ? record : null;
            }
        }

        // A file of broken rows is taken for chat, so that each row's own fault is listed.
        Format = votes.Max() == 0 ? DatasetFormat.OpenAiChat : (DatasetFormat)Array.IndexOf(votes, votes.Max());
        Readable = Format is not (DatasetFormat.Unknown or DatasetFormat.Preference);
        if (Format == DatasetFormat.Preference)
        {
            Report(DatasetFaultKind.UnsupportedFormat, "preference pairs (chosen and rejected answers)", "conversations to learn", "Preference training does not exist here yet. For SFT, write the chosen answer of each pair as {\"messages\": [...]}.");
        }
        else if (Format == DatasetFormat.Unknown)
        {
            Report(DatasetFaultKind.UnsupportedFormat, RowFormats.DescribeFields(block[sample!.Value], _options.MaxDepth), "messages; or conversations, instruction/output, prompt/completion, question/answer", "docs/datasets.md shows a row of each format: rename the fields to one of them.");
        }
    }

    private bool ReportForeign(ReadOnlySpan<byte> start)
    {
        var (found, fix) = start switch
        {
            [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => ("UTF-16 text", "Save the file as UTF-8."),
            [(byte)'P', (byte)'K', 3, 4, ..] => ("a zip file (an Excel workbook is one, too)", "Unpack it, or export the sheet as CSV."),
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => ("a Parquet file", "Export it as JSONL: pandas.read_parquet(file).to_json(out, orient=\"records\", lines=True)."),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => ("a zstd file", "Unpack it, or compress it as gzip."),
            [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => ("an xz file", "Unpack it, or compress it as gzip."),
            [(byte)'B', (byte)'Z', (byte)'h', ..] => ("a bzip2 file", "Unpack it, or compress it as gzip."),
            [0x1F, 0x8B, ..] => ("a gzip file inside a gzip file", "Unpack it once."),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => ("a PDF", "Write the conversations as JSONL."),
            [(byte)'A', (byte)'R', (byte)'R', (byte)'O', (byte)'W', (byte)'1', ..] => ("an Arrow file", "Export it as JSONL."),
            _ => ("", ""),
        };
        if (found.Length == 0)
        {
            return false;
        }

        Report(DatasetFaultKind.UnsupportedFile, found, "JSONL, a JSON array or CSV, plain or gzip", fix);
        return true;
    }

    internal void Report(DatasetFaultKind kind, string found, string expected, string fix)
        => Faults.Add(new DatasetFault(kind, FaultKinds.SeverityOf(kind), 0, null, 0, "", found, expected, fix));
}
