using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Datasets.Statistics;

/// <summary>A fast 64-bit hash of bytes, the same on every machine; for finding equal rows, not for security.</summary>
/// <remarks>The multiply-and-fold step is that of wyhash (Wang Yi, public domain); the arrangement is our own.</remarks>
internal static class Hash64
{
    private const ulong Prime0 = 0xA0761D6478BD642F;
    private const ulong Prime1 = 0xE7037ED1A0B428DB;
    private const ulong Prime2 = 0x8EBC6AF09C88C6E3;

    /// <summary>Hashes bytes on top of a state; the state of the first call is a seed.</summary>
    public static ulong Append(ulong state, ReadOnlySpan<byte> bytes)
    {
        // Stirred first: a product with a state of zero would forget what it is multiplied with.
        state = Fold(state ^ Prime2, (ulong)bytes.Length ^ Prime1);
        while (bytes.Length >= 32)
        {
            state = Fold(Read(bytes) ^ Prime0, Read(bytes[8..]) ^ state) ^ Fold(Read(bytes[16..]) ^ Prime1, Read(bytes[24..]) ^ state);
            bytes = bytes[32..];
        }

        while (bytes.Length >= 8)
        {
            state = Fold(Read(bytes) ^ Prime0, state ^ Prime1);
            bytes = bytes[8..];
        }

        ulong rest = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            rest |= (ulong)bytes[i] << (8 * i);
        }

        return Fold(rest ^ Prime1, state ^ Prime2);
    }

    /// <summary>Mixes a number into a state.</summary>
    public static ulong Append(ulong state, ulong value) => Fold(value ^ Prime0, state ^ Prime2);

    private static ulong Read(ReadOnlySpan<byte> bytes)
        => BitConverter.IsLittleEndian ? MemoryMarshal.Read<ulong>(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
