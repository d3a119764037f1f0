namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q4_K and Q5_K, read only: 8 groups of 32 codes of four or five bits, each group with a scale and an offset of six bits.</summary>
internal sealed class Q4KFormat(GgufType type, bool highBits) : BlockFormat(type, values: 256, bytes: highBits ? 176 : 144)
{
    private readonly int _highBytes = highBits ? 32 : 0;

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var (scale, offset) = (ReadHalf(block), ReadHalf(block[2..]));
        var scales = block.Slice(4, 12);
        var high = block.Slice(16, _highBytes);
        var codes = block[(16 + _highBytes)..];
        for (var group = 0; group < 8; group++)
        {
            var (factor, shift) = ScaleOf(scales, group);
            var (groupScale, groupOffset) = (scale * factor, offset * shift);
            for (var index = 0; index < 32; index++)
            {
                // Two groups share 32 bytes: the first has their low halves.
                var code = (codes[(group / 2 * 32) + index] >> (group % 2 * 4)) & 0x0F;
                code |= high.Length == 0 ? 0 : ((high[index] >> group) & 1) << 4;
                numbers[(group * 32) + index] = (groupScale * code) - groupOffset;
            }
        }
    }

    // Groups 0-3 have six bits of bytes 0-3 and 4-7 for themselves; groups 4-7 have four bits of bytes 8-11 and the two bits left over there.
    private static (int Scale, int Offset) ScaleOf(ReadOnlySpan<byte> scales, int group)
    {
        if (group < 4)
        {
            return (scales[group] & 0x3F, scales[group + 4] & 0x3F);
        }

        var low = scales[group + 4];
        return ((low & 0x0F) | ((scales[group - 4] >> 2) & 0x30), (low >> 4) | ((scales[group] >> 2) & 0x30));
    }
}
