using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>Where each row lies: the good ones at 25 bytes a row and without ever copying what is there already, the bad ones beside them.</summary>
internal sealed class RowPositions
{
    private const int ChunkBits = 12;
    private const int ChunkRows = 1 << ChunkBits;

    private readonly List<Chunk> _chunks = [];

    /// <summary>Good rows.</summary>
    public int Count { get; private set; }

    /// <summary>Rows with an error.</summary>
    public BadRows Bad { get; private init; } = new();

    public Position this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
            var chunk = _chunks[row >> ChunkBits];
            var slot = row & (ChunkRows - 1);
            return new Position(chunk.FirstOffset + chunk.Offsets[slot], chunk.Lengths[slot], chunk.FirstLine + chunk.Lines[slot], chunk.Hashes[slot], (RowTraits)chunk.Traits[slot]);
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
        chunk.Traits[slot] = (byte)row.Traits;
        Count = checked(Count + 1);
    }

    /// <summary>Bytes that <see cref="Write"/> writes for so many rows.</summary>
    public static long BytesOf(int rows, int badRows) => ((rows + ChunkRows - 1L) / ChunkRows * Chunk.Bytes) + BadRows.BytesOf(badRows);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static RowPositions Read(Stream stream, int rows, int badRows)
    {
        var positions = new RowPositions { Count = rows, Bad = BadRows.Read(stream, badRows) };
        for (var read = 0L; read < rows; read += ChunkRows)
        {
            positions._chunks.Add(Chunk.Read(stream));
        }

        return positions;
    }

    /// <summary>Writes every chunk as it lies in memory.</summary>
    public void Write(Stream stream)
    {
        Bad.Write(stream);
        foreach (var chunk in _chunks)
        {
            chunk.Write(stream);
        }
    }

    /// <summary>A row's place, the hash of its bytes, and what the check noticed.</summary>
    internal readonly record struct Position(long Offset, int Length, long Line, ulong Hash, RowTraits Traits);

    private sealed class Chunk(long firstOffset, long firstLine)
    {
        public const int Bytes = (2 * sizeof(long)) + (ChunkRows * (sizeof(long) + sizeof(int) + sizeof(int) + sizeof(ulong) + sizeof(byte)));

        public long FirstOffset { get; } = firstOffset;

        public long FirstLine { get; } = firstLine;

        public long[] Offsets { get; } = new long[ChunkRows];

        public int[] Lengths { get; } = new int[ChunkRows];

        public int[] Lines { get; } = new int[ChunkRows];

        public ulong[] Hashes { get; } = new ulong[ChunkRows];

        public byte[] Traits { get; } = new byte[ChunkRows];

        public static Chunk Read(Stream stream)
        {
            Span<long> first = stackalloc long[2];
            stream.ReadExactly(MemoryMarshal.AsBytes(first));
            var chunk = new Chunk(first[0], first[1]);
            stream.ReadExactly(MemoryMarshal.AsBytes(chunk.Offsets.AsSpan()));
            stream.ReadExactly(MemoryMarshal.AsBytes(chunk.Lengths.AsSpan()));
            stream.ReadExactly(MemoryMarshal.AsBytes(chunk.Lines.AsSpan()));
            stream.ReadExactly(MemoryMarshal.AsBytes(chunk.Hashes.AsSpan()));
            stream.ReadExactly(chunk.Traits);
            return chunk;
        }

        public void Write(Stream stream)
        {
            stream.Write(MemoryMarshal.AsBytes<long>([FirstOffset, FirstLine]));
            stream.Write(MemoryMarshal.AsBytes<long>(Offsets));
            stream.Write(MemoryMarshal.AsBytes<int>(Lengths));
            stream.Write(MemoryMarshal.AsBytes<int>(Lines));
            stream.Write(MemoryMarshal.AsBytes<ulong>(Hashes));
            stream.Write(Traits);
        }
    }
}
