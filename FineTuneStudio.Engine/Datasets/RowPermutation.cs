using System.Numerics;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>A shuffle of <c>0 .. count - 1</c> that is computed, not stored: position <c>i</c> of epoch <c>e</c> is a function of the seed.</summary>
/// <remarks>
/// A Feistel network over the next power of four, walked until it falls inside the range (Black and Rogaway 2002, "Ciphers with
/// Arbitrary Finite Domains"). A resumed run needs nothing but its position, and a billion rows cost no memory.
/// </remarks>
public readonly struct RowPermutation
{
    private const int Rounds = 8;
    private readonly ulong _key;
    private readonly int _halfBits;

    /// <summary>The shuffle of one epoch.</summary>
    /// <param name="count">Rows; 0 or more.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">Pass over the rows, from 0.</param>
    public RowPermutation(int count, long seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        _key = Mix(Mix(unchecked((ulong)seed)) ^ unchecked((ulong)epoch));
        var bits = count <= 1 ? 0 : 32 - BitOperations.LeadingZeroCount((uint)(count - 1));
        _halfBits = Math.Max(1, (bits + 1) / 2);
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>The row at a position of the epoch.</summary>
    public int this[int position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
            var value = (uint)position;
            do
            {
                value = Encrypt(value);
            }
            while (value >= (uint)Count);

            return (int)value;
        }
    }

    private uint Encrypt(uint value)
    {
        var mask = (1u << _halfBits) - 1;
        var left = value >> _halfBits;
        var right = value & mask;
        for (var round = 0; round < Rounds; round++)
        {
            var mixed = Mix(_key ^ ((ulong)right << 8) ^ (ulong)round);
            (left, right) = (right, left ^ ((uint)(mixed >> 32) & mask));
        }

        return (left << _halfBits) | right;
    }

    // SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
