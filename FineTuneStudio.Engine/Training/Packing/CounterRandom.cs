namespace FineTuneStudio.Engine.Training.Packing;

/// <summary>Random bits that are computed from their place, so that a resumed run needs no state to know what comes next.</summary>
internal static class CounterRandom
{
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
