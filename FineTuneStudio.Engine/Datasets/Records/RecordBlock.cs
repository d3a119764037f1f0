namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>A stretch of the file that holds whole records; reused from block to block.</summary>
internal sealed class RecordBlock
{
    private const int KeptBytes = 4 << 20;

    /// <summary>The text; valid up to <see cref="Filled"/>.</summary>
    public byte[] Buffer { get; private set; } = [];

    /// <summary>Bytes of <see cref="Buffer"/> in use.</summary>
    public int Filled { get; set; }

    /// <summary>Number of the block, from 0.</summary>
    public long Sequence { get; set; }

    /// <summary>The records, in order.</summary>
    public List<RecordSpan> Records { get; } = [];

    /// <summary>The bytes of a record.</summary>
    public ReadOnlySpan<byte> this[RecordSpan record] => Buffer.AsSpan(record.Start, record.Length);

    /// <summary>Empties the block and makes room; a buffer that one huge row blew up is let go.</summary>
    public void Reset(int capacity)
    {
        Records.Clear();
        Filled = 0;
        if (Buffer.Length < capacity || (Buffer.Length > KeptBytes && capacity <= KeptBytes))
        {
            Buffer = GC.AllocateUninitializedArray<byte>(capacity);
        }
    }

    /// <summary>Makes the buffer at least so large and keeps what is in it.</summary>
    public void Grow(int capacity)
    {
        var larger = GC.AllocateUninitializedArray<byte>(capacity);
        Buffer.AsSpan(0, Filled).CopyTo(larger);
        Buffer = larger;
    }
}
