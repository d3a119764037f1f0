namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>Finds where records begin and end. Keeps its place inside a record, so that a record may arrive in pieces.</summary>
internal abstract class RecordScanner
{
    /// <summary>Whether each record is exactly one line.</summary>
    public abstract bool OneLineEach { get; }

    /// <summary>Whether the scan stands inside an open quote, which the reader can recover from by cutting at a newline.</summary>
    public virtual bool InQuote => false;

    /// <summary>Bytes to skip before the next record; may note a fault of what stood between.</summary>
    public virtual int SkipSeparators(ReadOnlySpan<byte> data, ref RecordMark mark) => 0;

    /// <summary>The index just behind the record's end, or -1 where <paramref name="data"/> ends first (all of it is then consumed).</summary>
    /// <param name="data">Text that starts with the record.</param>
    /// <param name="from">Where to go on; 0 for a new record.</param>
    public abstract int FindEnd(ReadOnlySpan<byte> data, int from);

    /// <summary>Bytes of content in a record that was found, without its terminator.</summary>
    public abstract int ContentLength(ReadOnlySpan<byte> record);

    /// <summary>Forgets a record that was cut short.</summary>
    public virtual void Restart()
    {
    }

    /// <summary>What is missing at the end of the file, if anything.</summary>
    public virtual RecordMark AtEndOfFile() => RecordMark.None;
}
