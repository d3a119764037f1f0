using System.Buffers.Binary;

namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>bfloat16: the upper half of single precision, rounded to the nearest, half to even; a quiet NaN stays one.</summary>
internal sealed class BFloat16Format() : BlockFormat(GgufType.BF16, values: 1, bytes: 2)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
        => numbers[0] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(block) << 16);

    protected override void EncodeBlock(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        var bits = BitConverter.SingleToUInt32Bits(numbers[0]);
        var upper = float.IsNaN(numbers[0]) ? (bits >> 16) | 0x40 : (uint)((bits + 0x7FFFul + ((bits >> 16) & 1)) >> 16);
        BinaryPrimitives.WriteUInt16LittleEndian(block, (ushort)upper);
    }
}
