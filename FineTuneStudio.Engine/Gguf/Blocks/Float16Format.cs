namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>IEEE half precision, rounded to the nearest, half to even.</summary>
internal sealed class Float16Format() : BlockFormat(GgufType.F16, values: 1, bytes: 2)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers) => numbers[0] = ReadHalf(block);

    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block) => WriteHalf(block, numbers[0]);
}
