namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q4_K, and Q5_K, which is only read: 8 groups of 32 codes of four or five bits, each group with a scale and an offset of six bits.</summary>
internal sealed class Q4KFormat(GgufType type, bool highBits) : BlockFormat(type, values: 256, bytes: highBits ? 176 : 144)
{
    private const int Groups = 8;
    private const int GroupSize = 32;
    private const int LargestCode = 15;

    // Of the six bits of a group's scale and offset.
    private const int LargestFactor = 63;

    private readonly int _highBytes = highBits ? 32 : 0;

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var (scale, offset) = (ReadHalf(block), ReadHalf(block[2..]));
        var scales = block.Slice(4, 12);
        var high = block.Slice(16, _highBytes);
        var codes = block[(16 + _highBytes)..];
        for (var group = 0; group < Groups; group++)
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

    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        if (_highBytes > 0)
        {
            base.EncodeBlock(numbers, block);
        }

        Span<float> scales = stackalloc float[Groups];
        Span<float> offsets = stackalloc float[Groups];
        Span<float> weights = stackalloc float[GroupSize];
        for (var group = 0; group < Groups; group++)
        {
            var inGroup = numbers.Slice(group * GroupSize, GroupSize);
            Weigh(inGroup, weights);
            (scales[group], offsets[group]) = OffsetSearch.Find(inGroup, weights, LargestCode);
        }

        block.Clear();
        WriteHalf(block, Largest(scales) / LargestFactor);
        WriteHalf(block[2..], Largest(offsets) / LargestFactor);
        var (inverseScale, inverseOffset) = (Inverse(Largest(scales)) * LargestFactor, Inverse(Largest(offsets)) * LargestFactor);
        for (var group = 0; group < Groups; group++)
        {
            WriteScale(block.Slice(4, 12), group, (int)MathF.Round(scales[group] * inverseScale), (int)MathF.Round(offsets[group] * inverseOffset));
        }

        WriteCodes(numbers, block);
    }

    // A large number's error counts for more, a small one's for something.
    private static void Weigh(ReadOnlySpan<float> numbers, Span<float> weights)
    {
        var squares = 0f;
        foreach (var number in numbers)
        {
            squares += number * number;
        }

        var typical = MathF.Sqrt(squares / numbers.Length);
        for (var index = 0; index < numbers.Length; index++)
        {
            weights[index] = typical + Math.Abs(numbers[index]);
        }
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = Math.Max(largest, value);
        }

        return largest;
    }

    // The way back of ScaleOf; groups come in order.
    private static void WriteScale(Span<byte> scales, int group, int scale, int offset)
    {
        if (group < 4)
        {
            (scales[group], scales[group + 4]) = ((byte)scale, (byte)offset);
            return;
        }

        scales[group + 4] = (byte)((scale & 0x0F) | ((offset & 0x0F) << 4));
        scales[group - 4] |= (byte)((scale & 0x30) << 2);
        scales[group] |= (byte)((offset & 0x30) << 2);
    }

    // By scales and offsets as they were rounded.
    private static void WriteCodes(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        var (scale, offset) = (ReadHalf(block), ReadHalf(block[2..]));
        for (var group = 0; group < Groups; group++)
        {
            var (factor, shift) = ScaleOf(block.Slice(4, 12), group);
            var (inverse, groupOffset) = (Inverse(scale * factor), offset * shift);
            for (var index = 0; index < GroupSize; index++)
            {
                var code = Math.Clamp((int)MathF.Round((numbers[(group * GroupSize) + index] + groupOffset) * inverse), 0, LargestCode);
                block[16 + (group / 2 * GroupSize) + index] |= (byte)(code << (group % 2 * 4));
            }
        }
    }
}
