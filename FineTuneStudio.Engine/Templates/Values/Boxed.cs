using System.Numerics;

namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>Booleans and small integers boxed once, so that expressions do not allocate for them.</summary>
internal static class Boxed
{
    public static readonly object True = true;
    public static readonly object False = false;
    public static readonly string EmptyText = "";

    private const int Lowest = -128;
    private const int Highest = 1023;
    private static readonly object[] Small = [.. Enumerable.Range(Lowest, Highest - Lowest + 1).Select(number => (object)(long)number)];

    public static object Of(bool value) => value ? True : False;

    public static object Of(long value) => value is >= Lowest and <= Highest ? Small[value - Lowest] : value;

    /// <summary>An integer of any size; one that fits is always a <see cref="long"/>, so that equal values have one form.</summary>
    public static object Of(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? Of((long)value) : value;
}
