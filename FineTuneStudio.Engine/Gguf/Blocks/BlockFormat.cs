using System.Buffers.Binary;

namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>How a row of numbers is stored: in blocks of so many numbers, each of so many bytes.</summary>
/// <param name="type">The format's name in a file.</param>
/// <param name="values">Numbers in a block; a row's length is a multiple of it.</param>
/// <param name="bytes">Bytes of a block.</param>
internal abstract class BlockFormat(GgufType type, int values, int bytes)
{
    private static readonly Dictionary<GgufType, BlockFormat> Known = new BlockFormat[]
    {
        new Float32Format(), new Float16Format(), new BFloat16Format(),
        new SymmetricFormat(GgufType.Q4_0, highBits: false), new SymmetricFormat(GgufType.Q5_0, highBits: true),
        new OffsetFormat(GgufType.Q4_1, highBits: false), new OffsetFormat(GgufType.Q5_1, highBits: true),
        new Q8Format(),
        new Q2KFormat(), new Q3KFormat(), new Q4KFormat(GgufType.Q4_K, highBits: false), new Q4KFormat(GgufType.Q5_K, highBits: true), new Q6KFormat(),
        new Iq4Format(), new Iq4XsFormat(), new Mxfp4Format(),
    }.ToDictionary(format => format.Type);

    /// <summary>The format's name in a file.</summary>
    public GgufType Type { get; } = type;

    /// <summary>Numbers in a block.</summary>
    public int Values { get; } = values;

    /// <summary>Bytes of a block.</summary>
    public int Bytes { get; } = bytes;

    /// <summary>The format of a type, or <see langword="null"/> where it is not built.</summary>
    public static BlockFormat? Find(GgufType type) => Known.GetValueOrDefault(type);

    /// <summary>The format of a type that is built.</summary>
    public static BlockFormat Of(GgufType type) => Known[type];

    /// <summary>Bytes of so many numbers.</summary>
    public long BytesOf(long count) => count / Values * Bytes;

    /// <summary>Blocks to numbers.</summary>
    /// <param name="blocks">Whole blocks.</param>
    /// <param name="numbers">As many as the blocks hold.</param>
    public void Decode(ReadOnlySpan<byte> blocks, Span<float> numbers)
    {
        for (var block = 0; block < blocks.Length / Bytes; block++)
        {
            DecodeBlock(blocks.Slice(block * Bytes, Bytes), numbers.Slice(block * Values, Values));
        }
    }

    /// <summary>Numbers to blocks.</summary>
    /// <param name="numbers">A multiple of <see cref="Values"/>.</param>
    /// <param name="blocks">Room for as many blocks.</param>
    /// <exception cref="NotSupportedException">The format is only read.</exception>
    public void Encode(ReadOnlySpan<float> numbers, Span<byte> blocks)
    {
        for (var block = 0; block < numbers.Length / Values; block++)
        {
            EncodeBlock(numbers.Slice(block * Values, Values), blocks.Slice(block * Bytes, Bytes));
        }
    }

    protected abstract void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers);

    protected virtual void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block) => throw new NotSupportedException($"{Type} is only read.");

    protected static float ReadHalf(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    protected static void WriteHalf(Span<byte> bytes, float value) => BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);

    /// <summary>1 / x, and 0 for 0: a block of zeros stays one.</summary>
    protected static float Inverse(float value) => value == 0 ? 0 : 1 / value;

    /// <summary>The number of largest magnitude, with its sign; the first of equals.</summary>
    protected static float Extreme(ReadOnlySpan<float> numbers)
    {
        var extreme = 0f;
        foreach (var number in numbers)
        {
            if (Math.Abs(number) > Math.Abs(extreme))
            {
                extreme = number;
            }
        }

        return extreme;
    }
}
