using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>How much better each answer is than the others of its prompt.</summary>
/// <remarks>
/// Deviations divide by n - 1 and have 1e-4 added. NaN is a reward that could not be given: it counts in no mean, and its answer teaches
/// nothing; so does a group with fewer than two rewards. All in double: rewards that differ by little lose their digits in single precision.
/// </remarks>
internal sealed class Advantages
{
    private const double Epsilon = 1e-4;
    private const double NoDeviation = 1e-8;

    private Advantages(double[] values, double[] rewards, int groupSize)
    {
        Values = values;
        Rewards = rewards;
        var scored = Scored(rewards);
        Mean = scored.Length == 0 ? double.NaN : scored.Average();
        Deviation = DeviationOf(scored);
        ZeroVariance = [.. Enumerable.Range(0, rewards.Length / groupSize).Select(group => Scored(rewards.AsSpan(group * groupSize, groupSize)) is { Length: > 1 } own && DeviationOf(own) <= NoDeviation)];
    }

    /// <summary>One for each answer. <c>[P * G]</c></summary>
    public double[] Values { get; }

    /// <summary>The weighted sum of each answer's parts; NaN where none was given. <c>[P * G]</c></summary>
    public double[] Rewards { get; }

    /// <summary>Mean reward.</summary>
    public double Mean { get; }

    /// <summary>Deviation of the rewards.</summary>
    public double Deviation { get; }

    /// <summary>Which groups have the same reward for all answers, and so teach nothing. <c>[P]</c></summary>
    public bool[] ZeroVariance { get; }

    /// <summary>Share of such groups.</summary>
    public double ZeroVarianceShare => ZeroVariance.Length == 0 ? 0 : (double)ZeroVariance.Count(flag => flag) / ZeroVariance.Length;

    /// <summary>The advantages of answers whose reward is one number.</summary>
    public static Advantages Compute(ReadOnlySpan<double> rewards, int groupSize, AdvantageScale scale)
    {
        var parts = new double[rewards.Length, 1];
        for (var row = 0; row < rewards.Length; row++)
        {
            parts[row, 0] = rewards[row];
        }

        return Compute(parts, [1], groupSize, scale);
    }

    /// <summary>The advantages of answers.</summary>
    /// <param name="parts">Parts of each answer's reward, groups one behind the other; NaN where one could not be given. <c>[P * G, K]</c></param>
    /// <param name="weights">What each part counts. <c>[K]</c></param>
    /// <param name="groupSize">G, 2 or more.</param>
    /// <param name="scale">What distances are measured by.</param>
    /// <exception cref="ArgumentException">The numbers do not fit together.</exception>
    public static Advantages Compute(double[,] parts, IReadOnlyList<double> weights, int groupSize, AdvantageScale scale)
    {
        var count = parts.GetLength(0);
        if (groupSize < 2 || count % groupSize != 0 || weights.Count != parts.GetLength(1))
        {
            throw new ArgumentException($"{count} answers of {parts.GetLength(1)} parts do not make groups of {groupSize} with {weights.Count} weights.", nameof(parts));
        }

        double[] rewards = [.. Enumerable.Range(0, count).Select(row => Reward(parts, row, weights))];
        var values = scale switch
        {
            AdvantageScale.Parts => OfParts(parts, weights, rewards, groupSize),
            AdvantageScale.OthersMean or AdvantageScale.OthersMeanNormalised => ByGroup(rewards, groupSize, (own, _) => own.Length / (own.Length - 1.0)),
            AdvantageScale.Group => ByGroup(rewards, groupSize, (own, _) => 1 / (DeviationOf(own) + Epsilon)),
            AdvantageScale.Batch => ByGroup(rewards, groupSize, (_, all) => 1 / (all + Epsilon)),
            _ => ByGroup(rewards, groupSize, (_, _) => 1),
        };
        if (scale is AdvantageScale.Parts or AdvantageScale.OthersMeanNormalised)
        {
            Normalise(values, rewards);
        }

        return new Advantages(values, rewards, groupSize);
    }

    private static double Reward(double[,] parts, int row, IReadOnlyList<double> weights)
    {
        var (sum, isScored) = (0.0, false);
        for (var part = 0; part < weights.Count; part++)
        {
            if (!double.IsNaN(parts[row, part]))
            {
                (sum, isScored) = (sum + (weights[part] * parts[row, part]), true);
            }
        }

        return isScored ? sum : double.NaN;
    }

    // Each scored reward of a group with two or more: (reward - mean) times a factor.
    private static double[] ByGroup(double[] rewards, int groupSize, Func<double[], double, double> factorOf)
    {
        var values = new double[rewards.Length];
        var all = DeviationOf(Scored(rewards));
        for (var start = 0; start < rewards.Length; start += groupSize)
        {
            var own = Scored(rewards.AsSpan(start, groupSize));
            if (own.Length < 2)
            {
                continue;
            }

            var mean = own.Average();
            var factor = factorOf(own, all);
            for (var row = start; row < start + groupSize; row++)
            {
                values[row] = double.IsNaN(rewards[row]) ? 0 : (rewards[row] - mean) * factor;
            }
        }

        return values;
    }

    private static double[] OfParts(double[,] parts, IReadOnlyList<double> weights, double[] rewards, int groupSize)
    {
        var sum = new double[rewards.Length];
        for (var part = 0; part < weights.Count; part++)
        {
            double[] own = [.. Enumerable.Range(0, rewards.Length).Select(row => parts[row, part])];
            var normalised = ByGroup(own, groupSize, (group, _) => 1 / (DeviationOf(group) + Epsilon));
            for (var row = 0; row < sum.Length; row++)
            {
                sum[row] += weights[part] * normalised[row];
            }
        }

        return sum;
    }

    // Over all answers with a reward; the others stay 0.
    private static void Normalise(double[] values, double[] rewards)
    {
        double[] scored = [.. values.Where((_, row) => !double.IsNaN(rewards[row]))];
        if (scored.Length == 0)
        {
            return;
        }

        var mean = scored.Average();
        var deviation = DeviationOf(scored);
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = double.IsNaN(rewards[row]) ? 0 : (values[row] - mean) / (deviation + Epsilon);
        }
    }

    private static double[] Scored(ReadOnlySpan<double> rewards)
    {
        var scored = new List<double>(rewards.Length);
        foreach (var reward in rewards)
        {
            if (!double.IsNaN(reward))
            {
                scored.Add(reward);
            }
        }

        return [.. scored];
    }

    private static double DeviationOf(double[] values)
    {
        if (values.Length < 2)
        {
            return 0;
        }

        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
