namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>MXFP4, read only: a power of two and 32 four-bit floats (Open Compute Project, Microscaling Formats 1.0).</summary>
internal sealed class Mxfp4Format() : BlockFormat(GgufType.MXFP4, values: 32, bytes: 17)
{
    private static ReadOnlySpan<float> Values16 => [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var scale = MathF.ScaleB(1, block[0] - 127);
        for (var index = 0; index < 16; index++)
        {
            numbers[index] = scale * Values16[block[1 + index] & 0x0F];
            numbers[index + 16] = scale * Values16[block[1 + index] >> 4];
        }
    }
}
