namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Q8_0: a scale in half precision and 32 signed bytes; <c>x = d q</c>, <c>d = max |x| / 127</c>, halves away from zero.</summary>
internal sealed class Q8Format() : BlockFormat(GgufType.Q8_0, values: 32, bytes: 34)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var scale = ReadHalf(block);
        for (var index = 0; index < 32; index++)
        {
            numbers[index] = scale * unchecked((sbyte)block[2 + index]);
        }
    }

    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        var scale = Math.Abs(Extreme(numbers)) / 127;
        var inverse = Inverse(scale);
        WriteHalf(block, scale);
        for (var index = 0; index < 32; index++)
        {
            var rounded = MathF.Round(numbers[index] * inverse, MidpointRounding.AwayFromZero);
            block[2 + index] = unchecked((byte)(sbyte)rounded);
        }
    }
}
