namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>Cuts a stream into blocks of whole records. Holds one block and the beginning of the next record, whatever the file's size.</summary>
internal sealed class RecordReader(Stream stream, RecordScanner scanner, long startOffset, int maxRecordBytes, int blockBytes = RecordReader.DefaultBlockBytes)
{
    public const int DefaultBlockBytes = 1 << 20;

    // Enough of a row that is too long to recognise it.
    private const int HeadBytes = 256;

    // A file of nothing but quotes could be cut again and again; after so many cuts the rest counts as one row.
    private const int MaxCuts = 1000;

    private byte[] _tail = [];
    private int _tailLength;
    private int _tailScanned;
    private RecordMark _tailMark;
    private bool _inRecord;
    private long _position = startOffset;
    private long _discarded;
    private long _line = 1;
    private long _recordLine;
    private long _sequence;
    private int _cuts;
    private bool _done;

    /// <summary>Bytes of text taken in so far.</summary>
    public long BytesRead { get; private set; } = startOffset;

    /// <summary>Set where the stream ended in a fault of its container (a damaged archive).</summary>
    public string? StreamFault { get; private set; }

    /// <summary>Fills a block with the next records; false at the end of the file.</summary>
    public bool Read(RecordBlock block)
    {
        if (_done)
        {
            return false;
        }

        block.Reset(Math.Max(blockBytes, _tailLength + (blockBytes / 2)));
        block.Sequence = _sequence++;
        _tail.AsSpan(0, _tailLength).CopyTo(block.Buffer);
        block.Filled = _tailLength;
        var start = 0;
        var scanned = _tailScanned;
        while (!_done)
        {
            if (block.Filled == block.Buffer.Length)
            {
                if (block.Records.Count > 0)
                {
                    break;
                }

                MakeRoom(block, ref start, ref scanned);
            }

            var count = ReadStream(block.Buffer.AsSpan(block.Filled));
            block.Filled += count;
            BytesRead += count;
            Split(block, ref start, ref scanned);
            if (count == 0)
            {
                Finish(block, ref start, ref scanned);
                _done = true;
            }
            else if (block.Records.Count > 0 && block.Filled >= blockBytes)
            {
                break;
            }
        }

        KeepTail(block, start, scanned);
        return block.Records.Count > 0 || !_done;
    }

    private int ReadStream(Span<byte> room)
    {
        try
        {
            return stream.Read(room);
        }
        catch (InvalidDataException exception)
        {
            StreamFault = exception.Message;
            return 0;
        }
    }

    private void Split(RecordBlock block, ref int start, ref int scanned)
    {
        while (start < block.Filled)
        {
            var data = block.Buffer.AsSpan(start, block.Filled - start);
            if (!_inRecord)
            {
                var skipped = scanner.SkipSeparators(data, ref _tailMark);
                _line += skipped == 0 ? 0 : data[..skipped].Count((byte)'\n');
                _position += skipped;
                start += skipped;
                data = data[skipped..];
                scanned = 0;
                if (data.IsEmpty)
                {
                    return;
                }

                _inRecord = true;
                _recordLine = _line;
            }

            var end = scanner.FindEnd(data, scanned);
            if (end < 0)
            {
                scanned = data.Length;
                return;
            }

            Add(block, start, end, _tailMark);
            start += end;
            scanned = 0;
        }
    }

    private void Add(RecordBlock block, int start, int length, RecordMark mark)
    {
        var record = block.Buffer.AsSpan(start, length);
        var content = scanner.ContentLength(record);
        var fullLength = content + _discarded;
        if (_discarded > 0 || content > maxRecordBytes)
        {
            mark = RecordMark.TooLong;
            content = Math.Min(content, HeadBytes);
        }

        block.Records.Add(new RecordSpan(start, content, _position, _recordLine, fullLength, mark));
        _line += scanner.OneLineEach ? 1 : record.Count((byte)'\n');
        _position += length + _discarded;
        _discarded = 0;
        _tailMark = RecordMark.None;
        _inRecord = false;
    }

    /// <summary>A record fills the whole buffer: grow up to the limit, then keep its head only.</summary>
    private void MakeRoom(RecordBlock block, ref int start, ref int scanned)
    {
        if (start > 0)
        {
            block.Buffer.AsSpan(start, block.Filled - start).CopyTo(block.Buffer);
            block.Filled -= start;
            start = 0;
            return;
        }

        if (block.Filled - start <= maxRecordBytes)
        {
            block.Grow((int)Math.Min((long)block.Buffer.Length * 2, (long)start + maxRecordBytes + blockBytes));
            return;
        }

        if (scanner.InQuote && TryCutAtNewline(block, ref start, ref scanned))
        {
            return;
        }

        // Bytes leave the middle of the record; lines are counted as they go, offsets through the discarded count.
        var dropped = block.Buffer.AsSpan(start + HeadBytes, block.Filled - start - HeadBytes);
        _line += scanner.OneLineEach ? 0 : dropped.Count((byte)'\n');
        _discarded += dropped.Length;
        block.Filled = start + HeadBytes;
        scanned = HeadBytes;
    }

    /// <summary>Ends a record with an open quote at its first newline, so that one missing quote does not swallow the file.</summary>
    private bool TryCutAtNewline(RecordBlock block, ref int start, ref int scanned)
    {
        var newline = block.Buffer.AsSpan(start, block.Filled - start).IndexOf((byte)'\n');
        if (newline < 0 || _discarded > 0 || ++_cuts > MaxCuts)
        {
            return false;
        }

        scanner.Restart();
        Add(block, start, newline + 1, RecordMark.UnclosedQuote);
        start += newline + 1;
        scanned = 0;
        Split(block, ref start, ref scanned);
        return true;
    }

    private void Finish(RecordBlock block, ref int start, ref int scanned)
    {
        while (_inRecord && scanner.InQuote && TryCutAtNewline(block, ref start, ref scanned))
        {
        }

        if (_inRecord && start < block.Filled)
        {
            var mark = scanner.InQuote ? RecordMark.UnclosedQuote : _tailMark == RecordMark.AfterEnd ? RecordMark.AfterEnd : RecordMark.EndOfFile;
            Add(block, start, block.Filled - start, mark);
            start = block.Filled;
            return;
        }

        var missing = scanner.AtEndOfFile();
        if (missing != RecordMark.None)
        {
            block.Records.Add(new RecordSpan(block.Filled, 0, _position, _line, 0, missing));
        }
    }

    private void KeepTail(RecordBlock block, int start, int scanned)
    {
        var tail = block.Buffer.AsSpan(start, block.Filled - start);
        if (_tail.Length < tail.Length || (_tail.Length > 4 * blockBytes && tail.Length < blockBytes))
        {
            _tail = GC.AllocateUninitializedArray<byte>(Math.Max(tail.Length, blockBytes));
        }

        tail.CopyTo(_tail);
        _tailLength = tail.Length;
        _tailScanned = scanned;
        block.Filled = start;
    }
}
