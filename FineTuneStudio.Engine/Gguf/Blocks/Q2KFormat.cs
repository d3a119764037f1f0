namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q2_K, read only: 16 groups of 16 codes of two bits, each group with a scale and an offset of four bits.</summary>
internal sealed class Q2KFormat() : BlockFormat(GgufType.Q2_K, values: 256, bytes: 84)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var scales = block[..16];
        var codes = block.Slice(16, 64);
        var (scale, offset) = (ReadHalf(block[80..]), ReadHalf(block[82..]));
        for (var index = 0; index < 256; index++)
        {
            // Each run of 128 numbers lies in 32 bytes, two bits of every byte at a time.
            var code = (codes[(index / 128 * 32) + (index % 32)] >> (index % 128 / 32 * 2)) & 3;
            var group = scales[index / 16];
            numbers[index] = (scale * (group & 0x0F) * code) - (offset * (group >> 4));
        }
    }
}
