namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>MXFP4: a power of two and 32 four-bit floats (Open Compute Project, Microscaling Formats 1.0).</summary>
internal sealed class Mxfp4Format() : BlockFormat(GgufType.MXFP4, values: 32, bytes: 17)
{
    private static ReadOnlySpan<float> Values16 => [0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6];

    // What half a step above each value still rounds to it.
    private static ReadOnlySpan<float> Borders => [0.25f, 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5];

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var scale = MathF.ScaleB(1, block[0] - 127);
        for (var index = 0; index < 16; index++)
        {
            numbers[index] = scale * Values16[block[1 + index] & 0x0F];
            numbers[index + 16] = scale * Values16[block[1 + index] >> 4];
        }
    }

    // The largest number gets a code from 4 to 6, so that numbers that were in the format before come back as they were.
    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        var extreme = Math.Abs(Extreme(numbers));
        var exponent = extreme == 0 ? 0 : Math.Clamp(MathF.ILogB(extreme) - 2 + 127, 0, 254);
        var inverse = MathF.ScaleB(1, 127 - exponent);
        block[0] = (byte)exponent;
        for (var index = 0; index < 16; index++)
        {
            block[1 + index] = (byte)(Code(numbers[index] * inverse) | (Code(numbers[index + 16] * inverse) << 4));
        }
    }

    private static int Code(float number)
    {
        var magnitude = Math.Abs(number);
        var code = 0;
        while (code < Borders.Length && magnitude > Borders[code])
        {
            code++;
        }

        return code == 0 ? 0 : float.IsNegative(number) ? code | 8 : code;
    }
}
