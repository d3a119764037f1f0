namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q4_1 and Q5_1: a scale and a least value in half precision and 32 codes; <c>x = d q + m</c>.</summary>
internal sealed class OffsetFormat(GgufType type, bool highBits) : BlockFormat(type, values: 32, bytes: highBits ? 24 : 20)
{
    private readonly int _largest = highBits ? 31 : 15;
    private readonly int _highBytes = highBits ? 4 : 0;

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        Span<byte> codes = stackalloc byte[32];
        Nibbles.Unpack(block.Slice(4, _highBytes), block[(4 + _highBytes)..], codes);
        var (scale, least) = (ReadHalf(block), ReadHalf(block[2..]));
        for (var index = 0; index < 32; index++)
        {
            numbers[index] = (scale * codes[index]) + least;
        }
    }

    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[32];
        var (least, most) = (float.MaxValue, float.MinValue);
        foreach (var number in numbers)
        {
            (least, most) = (Math.Min(least, number), Math.Max(most, number));
        }

        var scale = (most - least) / _largest;
        var inverse = Inverse(scale);
        for (var index = 0; index < 32; index++)
        {
            codes[index] = (byte)Math.Min((int)(((numbers[index] - least) * inverse) + 0.5f), _largest);
        }

        WriteHalf(block, scale);
        WriteHalf(block[2..], least);
        Nibbles.Pack(codes, block.Slice(4, _highBytes), block[(4 + _highBytes)..]);
    }
}
