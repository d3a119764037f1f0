namespace FineTuneStudio.Engine.Training.Packing;

/// <summary>Orders that follow from seed and epoch alone, so that a resumed run needs no state to know what comes next.</summary>
internal static class Shuffle
{
    /// <summary>The numbers from 0 to below <paramref name="count"/> in random order (Fisher and Yates).</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">Which order of this seed: epoch and purpose.</param>
    public static int[] Order(int count, long seed, long stream)
    {
        var order = new int[count];
        for (var index = 0; index < count; index++)
        {
            order[index] = index;
        }

        for (var index = count - 1; index > 0; index--)
        {
            // The high half of a 64 x 32 bit product: unbiased to 2^-33, without a division.
            var other = (int)Math.BigMul(Bits(seed, stream, index), (ulong)index + 1, out _);
            (order[index], order[other]) = (order[other], order[index]);
        }

        return order;
    }

    /// <summary>64 random bits for a place of a stream (SplitMix64: Steele, Lea and Flood 2014).</summary>
    public static ulong Bits(long seed, long stream, long place)
    {
        unchecked
        {
            return Mix(Mix(Mix((ulong)seed) + (ulong)stream) + (ulong)place);
        }
    }

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
