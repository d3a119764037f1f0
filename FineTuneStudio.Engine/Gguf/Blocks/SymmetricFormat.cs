namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q4_0 and Q5_0: a scale in half precision and 32 codes; <c>x = d (q - 8)</c>, or 16, where the number of largest magnitude gets code 0.</summary>
internal sealed class SymmetricFormat(GgufType type, bool highBits) : BlockFormat(type, values: 32, bytes: highBits ? 22 : 18)
{
    private readonly int _middle = highBits ? 16 : 8;
    private readonly int _highBytes = highBits ? 4 : 0;

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        Span<byte> codes = stackalloc byte[32];
        Nibbles.Unpack(block.Slice(2, _highBytes), block[(2 + _highBytes)..], codes);
        var scale = ReadHalf(block);
        for (var index = 0; index < 32; index++)
        {
            numbers[index] = scale * (codes[index] - _middle);
        }
    }

    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[32];
        var scale = Extreme(numbers) / -_middle;
        var inverse = Inverse(scale);
        for (var index = 0; index < 32; index++)
        {
            codes[index] = (byte)Math.Min((int)((numbers[index] * inverse) + (_middle + 0.5f)), (2 * _middle) - 1);
        }

        WriteHalf(block, scale);
        Nibbles.Pack(codes, block.Slice(2, _highBytes), block[(2 + _highBytes)..]);
    }
}
