using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training.Schedules;

/// <summary>
/// The curves of transformers' <c>get_scheduler</c>: from the step, counted from 0, to a factor on the peak rate.
/// </summary>
/// <remarks>
/// They differ from the reference past the last step only, and on purpose: there a cosine holds its end where the reference's rises
/// again, and a polynomial holds its end where the reference's divides by zero (warm-up as long as the run).
/// </remarks>
internal static class ScheduleShapes
{
    // The time scale of inverse_sqrt where there is no warm-up to take it from.
    private const int DefaultTimescale = 10_000;

    /// <summary>The peak, after a linear warm-up.</summary>
    public static Func<int, double> Constant(int warmup)
        => step => step < warmup ? Ramp(step, warmup) : 1;

    /// <summary>A straight line from the peak to 0.</summary>
    public static Func<int, double> Linear(int warmup, int total)
        => step => step < warmup ? Ramp(step, warmup) : Math.Max(0, (double)(total - step) / Math.Max(1, total - warmup));

    /// <summary>Cosine down to a floor; half a wave by default.</summary>
    /// <param name="warmup">Steps of linear warm-up.</param>
    /// <param name="total">Steps of the run.</param>
    /// <param name="floor">Share of the peak at the end.</param>
    /// <param name="cycles">Waves until the end; 0.5 falls once.</param>
    public static Func<int, double> Cosine(int warmup, int total, double floor, double cycles = 0.5)
        => step => step < warmup ? Ramp(step, warmup) : Lift(Wave(Progress(step - warmup, total - warmup), cycles), floor);

    /// <summary>Half a cosine to 0, begun anew so many times.</summary>
    public static Func<int, double> CosineWithRestarts(int warmup, int total, int cycles) => step =>
    {
        if (step < warmup)
        {
            return Ramp(step, warmup);
        }

        var progress = Progress(step - warmup, total - warmup);
        return progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (cycles * progress % 1))));
    };

    /// <summary>Cosine with a floor whose steps count from 1: the first rate is above 0 and the last one is the floor.</summary>
    /// <param name="warmup">Steps of warm-up.</param>
    /// <param name="total">Steps of the run.</param>
    /// <param name="floor">Share of the peak at the end.</param>
    /// <param name="warmupStart">Share of the peak at the first step; <see langword="null"/> takes <c>1 / warmup</c>.</param>
    public static Func<int, double> CosineFromOne(int warmup, int total, double floor, double? warmupStart) => step =>
    {
        if (step < warmup)
        {
            return warmupStart is { } start ? start + ((1 - start) * step / Math.Max(1, warmup - 1)) : (step + 1.0) / warmup;
        }

        return Lift(Wave(Progress(step - warmup + 1, total - warmup), cycles: 0.5), floor);
    };

    /// <summary>Falls as one over the square root of the step.</summary>
    /// <param name="warmup">Steps of linear warm-up.</param>
    /// <param name="timescale">Steps over which it falls; <see langword="null"/> takes the warm-up, or 10,000 without one.</param>
    public static Func<int, double> InverseSqrt(int warmup, int? timescale = null)
    {
        double scale = timescale ?? (warmup > 0 ? warmup : DefaultTimescale);
        return step => step < warmup ? Ramp(step, warmup) : 1 / Math.Sqrt((step + scale - warmup) / scale);
    }

    /// <summary>A power of the remaining share, down to an end.</summary>
    /// <param name="warmup">Steps of linear warm-up.</param>
    /// <param name="total">Steps of the run.</param>
    /// <param name="power">1 is a straight line.</param>
    /// <param name="end">Share of the peak at the end; below 1.</param>
    public static Func<int, double> Polynomial(int warmup, int total, double power, double end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(end, 1);
        return step =>
        {
            if (step < warmup)
            {
                return Ramp(step, warmup);
            }

            var remaining = 1 - ((double)(step - warmup) / Math.Max(1, total - warmup));
            return step >= total ? end : ((1 - end) * Math.Pow(remaining, power)) + end;
        };
    }

    /// <summary>Warm-up from the floor to the peak, the peak, and down to the floor.</summary>
    /// <param name="warmup">Steps of warm-up.</param>
    /// <param name="stable">Steps at the peak; below zero where warm-up and decay overlap, which cuts the decay's beginning.</param>
    /// <param name="decay">Steps of decay.</param>
    /// <param name="floor">Share of the peak before and after.</param>
    /// <param name="warmupShape">Shape of the way up.</param>
    /// <param name="decayShape">Shape of the way down.</param>
    /// <param name="cycles">Waves of a cosine decay.</param>
    public static Func<int, double> WarmupStableDecay(
        int warmup, int stable, int decay, double floor, DecayKind warmupShape = DecayKind.Linear, DecayKind decayShape = DecayKind.Cosine,
        double cycles = 0.5) => step =>
    {
        var sinceStable = step - warmup - stable;
        return step < warmup ? Lift(Rise((double)step / warmup, warmupShape), floor)
            : sinceStable < 0 ? 1
            : sinceStable < decay ? Lift(Fall((double)sinceStable / decay, decayShape, cycles), floor)
            : floor;
    };

    private static double Ramp(int step, int warmup) => (double)step / warmup;

    private static double Progress(int step, int steps) => Math.Min(1, (double)step / Math.Max(1, steps));

    private static double Wave(double progress, double cycles) => 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * progress));

    private static double Lift(double factor, double floor) => Math.Max(0, (factor * (1 - floor)) + floor);

    private static double Rise(double progress, DecayKind shape) => shape switch
    {
        DecayKind.Linear => progress,
        DecayKind.Cosine => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        DecayKind.OneMinusSqrt => 1 - Math.Sqrt(1 - progress),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Unknown shape."),
    };

    private static double Fall(double progress, DecayKind shape, double cycles) => shape switch
    {
        DecayKind.Linear => 1 - progress,
        DecayKind.Cosine => Wave(progress, cycles),
        DecayKind.OneMinusSqrt => 1 - Math.Sqrt(progress),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Unknown shape."),
    };
}
