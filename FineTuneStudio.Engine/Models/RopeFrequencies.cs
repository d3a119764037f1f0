using FineTuneStudio.Engine.Models.Configuration;

namespace FineTuneStudio.Engine.Models;

/// <summary>Angle per position of each pair of dimensions, for every kind of scaling.</summary>
internal static class RopeFrequencies
{
    /// <param name="rope">Kind and its numbers.</param>
    /// <param name="length">Length of the sequence; dynamic scaling and LongRoPE look at it.</param>
    /// <returns>Radians per position. <c>[R/2]</c></returns>
    public static double[] Of(RopeDescription rope, int length) => rope.Kind switch
    {
        RopeKind.Default => Plain(rope, rope.Theta),
        RopeKind.Linear => [.. Plain(rope, rope.Theta).Select(frequency => frequency / rope.Factor)],
        RopeKind.Dynamic => Dynamic(rope, length),
        RopeKind.Llama3 => [.. Plain(rope, rope.Theta).Select(frequency => Llama3(rope, frequency))],
        RopeKind.Yarn => Yarn(rope),
        RopeKind.LongRope => [.. Plain(rope, rope.Theta).Zip(length > rope.TrainedLength ? rope.LongFactors : rope.ShortFactors, (frequency, factor) => frequency / factor)],
        _ => throw new ArgumentOutOfRangeException(nameof(rope), rope.Kind, "Unknown kind of rope."),
    };

    private static double[] Plain(RopeDescription rope, double theta)
    {
        var frequencies = new double[rope.Size / 2];
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] = Math.Pow(theta, -2.0 * pair / rope.Size);
        }

        return frequencies;
    }

    private static double[] Dynamic(RopeDescription rope, int length)
    {
        if (length <= rope.TrainedLength)
        {
            return Plain(rope, rope.Theta);
        }

        var stretch = (rope.Factor * length / rope.TrainedLength) - (rope.Factor - 1);
        return Plain(rope, rope.Theta * Math.Pow(stretch, rope.Size / (rope.Size - 2.0)));
    }

    private static double Llama3(RopeDescription rope, double frequency)
    {
        var wave = 2 * Math.PI / frequency;
        if (wave < rope.TrainedLength / rope.HighFrequencyFactor)
        {
            return frequency;
        }

        if (wave > rope.TrainedLength / rope.LowFrequencyFactor)
        {
            return frequency / rope.Factor;
        }

        var smooth = ((rope.TrainedLength / wave) - rope.LowFrequencyFactor) / (rope.HighFrequencyFactor - rope.LowFrequencyFactor);
        return ((1 - smooth) * frequency / rope.Factor) + (smooth * frequency);
    }

    private static double[] Yarn(RopeDescription rope)
    {
        // The dimension that makes so many rotations over the trained length.
        double Dimension(double rotations)
            => rope.Size * Math.Log(rope.TrainedLength / (rotations * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));

        var (low, high) = (Dimension(rope.BetaFast), Dimension(rope.BetaSlow));
        if (rope.Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        low = Math.Max(low, 0);
        high = Math.Min(high, rope.Size - 1);
        if (low == high)
        {
            // A ramp of no width would divide by zero.
            high += 0.001;
        }

        var frequencies = Plain(rope, rope.Theta);
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            var ramp = Math.Clamp((pair - low) / (high - low), 0, 1);
            frequencies[pair] = (frequencies[pair] / rope.Factor * ramp) + (frequencies[pair] * (1 - ramp));
        }

        return frequencies;
    }
}
