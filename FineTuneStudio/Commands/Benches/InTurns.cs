using System.Diagnostics;

namespace FineTuneStudio.Commands.Benches;

/// <summary>Two things timed in turns, the best of each counted: the machine may have other work, and then both have it.</summary>
internal static class InTurns
{
    /// <summary>Seconds of each.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    /// <param name="repeats">How often; a turn before them warms up.</param>
    public static (double First, double Second) Best(Action first, Action second, int repeats)
    {
        var (best, other) = (double.MaxValue, double.MaxValue);
        for (var repeat = 0; repeat <= repeats; repeat++)
        {
            var (one, two) = (Time(first), Time(second));
            (best, other) = repeat == 0 ? (best, other) : (Math.Min(best, one), Math.Min(other, two));
        }

        return (best, other);
    }

    private static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }
}
