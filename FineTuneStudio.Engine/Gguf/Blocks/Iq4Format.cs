namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>IQ4_NL, read only: a scale in half precision and 32 codes into a table of sixteen uneven steps.</summary>
internal sealed class Iq4Format() : BlockFormat(GgufType.IQ4_NL, values: 32, bytes: 18)
{
    /// <summary>What the codes stand for.</summary>
    public static ReadOnlySpan<sbyte> Steps => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers) => Decode(ReadHalf(block), block[2..], numbers);

    /// <summary>32 codes in 16 bytes.</summary>
    public static void Decode(float scale, ReadOnlySpan<byte> packed, Span<float> numbers)
    {
        for (var index = 0; index < 16; index++)
        {
            numbers[index] = scale * Steps[packed[index] & 0x0F];
            numbers[index + 16] = scale * Steps[packed[index] >> 4];
        }
    }
}
