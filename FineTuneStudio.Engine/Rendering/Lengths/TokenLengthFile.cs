using System.Runtime.InteropServices;
using System.Text;
using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Rendering.Lengths;

/// <summary>Token lengths on disk, as columns in blocks: what was measured before a stop or a crash is not measured again.</summary>
/// <remarks>
/// A cache: what does not fit dataset, model or version is begun anew, and a block that is not whole ends what is read. Layout: magic,
/// bytes of the identity, the identity as UTF-8; then for each block its rows, its stretches, a hash, and the three columns.
/// </remarks>
internal sealed class TokenLengthFile : IDisposable
{
    private const long Magic = 0x314E454C4B4F5401;

    private readonly FileStream _stream;

    private TokenLengthFile(FileStream stream, IReadOnlyList<LengthBlock> blocks)
    {
        _stream = stream;
        Blocks = blocks;
    }

    /// <summary>What is there already.</summary>
    public IReadOnlyList<LengthBlock> Blocks { get; }

    /// <summary>Opens a file to go on with, or begins one.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="identity">What the lengths depend on.</param>
    /// <param name="rows">Rows of the dataset.</param>
    /// <exception cref="IOException">The disk is full or gone, or somebody else is writing.</exception>
    public static TokenLengthFile Open(string path, string identity, int rows)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, 1 << 16);
        try
        {
            if (!IsOf(stream, identity))
            {
                stream.SetLength(0);
                var bytes = Encoding.UTF8.GetBytes(identity);
                stream.Write(MemoryMarshal.AsBytes<long>([Magic, bytes.Length]));
                stream.Write(bytes);
            }

            var blocks = ReadBlocks(stream, rows, out var end);
            stream.SetLength(end);
            stream.Position = end;
            return new TokenLengthFile(stream, blocks);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Writes the next block.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Append(LengthBlock block)
    {
        _stream.Write(MemoryMarshal.AsBytes<long>([block.Tokens.Length, block.Stretches.Length, HashOf(block)]));
        foreach (var column in Columns(block))
        {
            _stream.Write(MemoryMarshal.AsBytes<int>(column));
        }

        _stream.Flush();
    }

    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // A full disk can refuse the last buffered bytes; the block they belong to is measured again.
        }
    }

    private static bool IsOf(FileStream stream, string identity)
    {
        var expected = Encoding.UTF8.GetBytes(identity);
        Span<long> start = stackalloc long[2];
        if (stream.ReadAtLeast(MemoryMarshal.AsBytes(start), 16, throwOnEndOfStream: false) < 16 || start[0] != Magic || start[1] != expected.Length)
        {
            return false;
        }

        var found = new byte[expected.Length];
        return stream.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length && found.AsSpan().SequenceEqual(expected);
    }

    private static List<LengthBlock> ReadBlocks(FileStream stream, int rows, out long end)
    {
        var blocks = new List<LengthBlock>();
        var head = new long[3];
        for (var left = rows; ; left -= blocks[^1].Tokens.Length)
        {
            end = stream.Position;
            var expected = Math.Min(left, TokenLengths.BlockRows);
            if (expected == 0 || stream.ReadAtLeast(MemoryMarshal.AsBytes(head.AsSpan()), 24, throwOnEndOfStream: false) < 24
                || head[0] != expected || head[1] < 0 || head[1] > (stream.Length - stream.Position) / sizeof(int))
            {
                return blocks;
            }

            var block = new LengthBlock(new int[expected], new int[expected], new int[head[1]]);
            if (!Columns(block).All(column => TryFill(stream, column)) || HashOf(block) != head[2])
            {
                return blocks;
            }

            blocks.Add(block);
        }
    }

    private static bool TryFill(FileStream stream, int[] column)
        => stream.ReadAtLeast(MemoryMarshal.AsBytes(column.AsSpan()), column.Length * sizeof(int), throwOnEndOfStream: false) == column.Length * sizeof(int);

    private static long HashOf(LengthBlock block)
        => unchecked((long)Columns(block).Aggregate(0UL, (hash, column) => Hash64.Append(hash, MemoryMarshal.AsBytes<int>(column))));

    private static int[][] Columns(LengthBlock block) => [block.Tokens, block.StretchEnds, block.Stretches];
}
