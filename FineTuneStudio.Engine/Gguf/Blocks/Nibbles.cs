using System.Buffers.Binary;

namespace FineTuneStudio.Engine.Gguf.Blocks;

/// <summary>Four or five bits for each of 32 numbers: low halves of 16 bytes first, then their high halves; a fifth bit in a word before them.</summary>
internal static class Nibbles
{
    /// <summary>Packs 32 codes.</summary>
    /// <param name="codes">Below 16, or below 32 with high bits.</param>
    /// <param name="highBits">Room for the word of fifth bits, 4 bytes; empty without.</param>
    /// <param name="packed">16 bytes.</param>
    public static void Pack(ReadOnlySpan<byte> codes, Span<byte> highBits, Span<byte> packed)
    {
        for (var index = 0; index < 16; index++)
        {
            packed[index] = (byte)((codes[index] & 0x0F) | ((codes[index + 16] & 0x0F) << 4));
        }

        if (highBits.Length > 0)
        {
            var word = 0u;
            for (var index = 0; index < 32; index++)
            {
                word |= (uint)(codes[index] >> 4) << index;
            }

            BinaryPrimitives.WriteUInt32LittleEndian(highBits, word);
        }
    }

    /// <summary>Unpacks 32 codes.</summary>
    public static void Unpack(ReadOnlySpan<byte> highBits, ReadOnlySpan<byte> packed, Span<byte> codes)
    {
        var word = highBits.Length > 0 ? BinaryPrimitives.ReadUInt32LittleEndian(highBits) : 0;
        for (var index = 0; index < 16; index++)
        {
            codes[index] = (byte)((packed[index] & 0x0Fu) | (((word >> index) & 1) << 4));
            codes[index + 16] = (byte)((uint)(packed[index] >> 4) | (((word >> (index + 16)) & 1) << 4));
        }
    }
}
