using System.Buffers.Binary;

namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Single precision, as it is.</summary>
internal sealed class Float32Format() : BlockFormat(GgufType.F32, values: 1, bytes: 4)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers) => numbers[0] = BinaryPrimitives.ReadSingleLittleEndian(block);

    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block) => BinaryPrimitives.WriteSingleLittleEndian(block, numbers[0]);
}
