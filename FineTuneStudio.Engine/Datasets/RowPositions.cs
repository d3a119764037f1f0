namespace FineTuneStudio.Engine.Datasets;

/// <summary>Where each good row lies, at 24 bytes a row and without ever copying what is there already.</summary>
internal sealed class RowPositions
{
    private const int ChunkBits = 12;
    private const int ChunkRows = 1 << ChunkBits;

    private readonly List<Chunk> _chunks = [];

    public int Count { get; private set; }

    public Position this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
            var chunk = _chunks[row >> ChunkBits];
            var slot = row & (ChunkRows - 1);
            return new Position(chunk.FirstOffset + chunk.Offsets[slot], chunk.Lengths[slot], chunk.FirstLine + chunk.Lines[slot], chunk.Hashes[slot]);
        }
    }

    public void Add(Position row)
    {
        var slot = Count & (ChunkRows - 1);
        if (slot == 0)
        {
            _chunks.Add(new Chunk(row.Offset, row.Line));
        }

        var chunk = _chunks[^1];
        chunk.Offsets[slot] = row.Offset - chunk.FirstOffset;
        chunk.Lengths[slot] = row.Length;
        chunk.Lines[slot] = (int)Math.Min(row.Line - chunk.FirstLine, int.MaxValue);
        chunk.Hashes[slot] = row.Hash;
        Count = checked(Count + 1);
    }

    /// <summary>A row's place and the hash of its bytes.</summary>
    internal readonly record struct Position(long Offset, int Length, long Line, ulong Hash);

    private sealed class Chunk(long firstOffset, long firstLine)
    {
        public long FirstOffset { get; } = firstOffset;

        public long FirstLine { get; } = firstLine;

        public long[] Offsets { get; } = new long[ChunkRows];

        public int[] Lengths { get; } = new int[ChunkRows];

        public int[] Lines { get; } = new int[ChunkRows];

        public ulong[] Hashes { get; } = new ulong[ChunkRows];
    }
}
