namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q6_K, read only: 16 groups of 16 codes of six bits, four here and two there, each group with a signed byte as its scale.</summary>
internal sealed class Q6KFormat() : BlockFormat(GgufType.Q6_K, values: 256, bytes: 210)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var low = block[..128];
        var high = block.Slice(128, 64);
        var scales = block.Slice(192, 16);
        var scale = ReadHalf(block[208..]);
        for (var index = 0; index < 256; index++)
        {
            // Each half of 128 numbers has 64 bytes of four bits and 32 bytes of two.
            var (half, inside) = (index / 128, index % 128);
            var four = (low[(half * 64) + (inside % 64)] >> (inside / 64 * 4)) & 0x0F;
            var two = (high[(half * 32) + (inside % 32)] >> (inside / 32 * 2)) & 3;
            numbers[index] = scale * unchecked((sbyte)scales[index / 16]) * ((four | (two << 4)) - 32);
        }
    }
}
