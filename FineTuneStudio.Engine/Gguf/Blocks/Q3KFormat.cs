namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q3_K, read only: 16 groups of 16 codes of three bits, the third inverted and in a mask of its own; scales of six bits.</summary>
internal sealed class Q3KFormat() : BlockFormat(GgufType.Q3_K, values: 256, bytes: 110)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var mask = block[..32];
        var codes = block.Slice(32, 64);
        var scales = block.Slice(96, 12);
        var scale = ReadHalf(block[108..]);
        for (var index = 0; index < 256; index++)
        {
            var low = (codes[(index / 128 * 32) + (index % 32)] >> (index % 128 / 32 * 2)) & 3;
            var high = (mask[index % 32] >> (index / 32)) & 1;
            numbers[index] = scale * (ScaleOf(scales, index / 16) - 32) * (low - (4 * (1 - high)));
        }
    }

    // Four low bits of scales 0-7 and 8-15 share bytes 0-7; the two high bits of scales g, g + 4, g + 8, g + 12 share byte 8 + g.
    private static int ScaleOf(ReadOnlySpan<byte> scales, int group)
    {
        var low = (scales[group % 8] >> (group / 8 * 4)) & 0x0F;
        var high = (scales[8 + (group % 4)] >> (group / 4 * 2)) & 3;
        return low | (high << 4);
    }
}
