using System.Buffers.Binary;

namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>IQ4_XS, read only: IQ4_NL's steps in 8 groups of 32, each group with a scale of six bits.</summary>
internal sealed class Iq4XsFormat() : BlockFormat(GgufType.IQ4_XS, values: 256, bytes: 136)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> numbers)
    {
        var scale = ReadHalf(block);
        var high = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        for (var group = 0; group < 8; group++)
        {
            var low = (block[4 + (group / 2)] >> (group % 2 * 4)) & 0x0F;
            var factor = (low | (((high >> (2 * group)) & 3) << 4)) - 32;
            Iq4Format.Decode(scale * factor, block.Slice(8 + (group * 16), 16), numbers.Slice(group * 32, 32));
        }
    }
}
