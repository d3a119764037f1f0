using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>What a policy loss shows of itself, for the charts.</summary>
/// <param name="MeanRatio">Mean ratio of the tokens; of the answers where a ratio belongs to one.</param>
/// <param name="ClippedLow">Share of tokens held back below, where the advantage is negative; of answers where a ratio and an advantage belong to one.</param>
/// <param name="ClippedHigh">Share held back above, where the advantage is positive.</param>
/// <param name="LeastClippedLow">The least share of an answer that is held back below.</param>
/// <param name="MostClippedHigh">The largest share of an answer that is held back above.</param>
/// <param name="Kl">Mean divergence from the reference in nats a token; <see langword="null"/> without one.</param>
internal sealed record PolicyFigures(double MeanRatio, double ClippedLow, double ClippedHigh, double LeastClippedLow, double MostClippedHigh, double? Kl)
{
    /// <summary>Whether <see cref="MeanRatio"/> is a mean over answers, not tokens.</summary>
    public bool RatioIsOfAnswers { get; init; }

    /// <summary>Whether shares held back are of answers, not tokens.</summary>
    public bool ClipIsOfAnswers { get; init; }

    /// <summary>Share held back on either side.</summary>
    public double Clipped => ClippedLow + ClippedHigh;

    /// <summary>Those of a step from those of its micro-batches.</summary>
    /// <param name="parts">Each with the answers and tokens it is of.</param>
    public static PolicyFigures Join(IReadOnlyList<(PolicyFigures Figures, int Answers, int Tokens)> parts)
    {
        if (parts.Count == 0)
        {
            return new PolicyFigures(1, 0, 0, 0, 0, null);
        }

        double ByTokens(Func<PolicyFigures, double> of) => parts.Sum(part => of(part.Figures) * part.Tokens) / parts.Sum(part => part.Tokens);
        double ByRatios(Func<PolicyFigures, double> of, bool ofAnswers) => ofAnswers ? parts.Sum(part => of(part.Figures) * part.Answers) / parts.Sum(part => part.Answers) : ByTokens(of);
        var first = parts[0].Figures;
        return new PolicyFigures(
            ByRatios(figures => figures.MeanRatio, first.RatioIsOfAnswers), ByRatios(figures => figures.ClippedLow, first.ClipIsOfAnswers), ByRatios(figures => figures.ClippedHigh, first.ClipIsOfAnswers),
            parts.Min(part => part.Figures.LeastClippedLow), parts.Max(part => part.Figures.MostClippedHigh), first.Kl is null ? null : ByTokens(figures => figures.Kl!.Value))
        {
            RatioIsOfAnswers = first.RatioIsOfAnswers,
            ClipIsOfAnswers = first.ClipIsOfAnswers,
        };
    }

    /// <summary>Counts what the loss did. Ratios of answers: <c>[B]</c>; the other tensors <c>[N]</c>.</summary>
    public static PolicyFigures Of(PolicyBatch batch, PolicyLossOptions options, Tensor ratio, Tensor? ratioOfAnswer, Tensor advantages, Tensor? kl)
    {
        var ofAnswers = options.Ratio == RatioLevel.Sequence && !batch.AdvantagesByToken;
        var ratios = Numbers(ofAnswers ? ratioOfAnswer! : ratio);
        var signs = Numbers(ofAnswers ? batch.Advantages : advantages);
        var (least, most) = options.Surrogate == PolicySurrogate.Cispo ? (0, options.ClipHigh) : (1 - options.ClipLow, 1 + options.ClipHigh);
        bool[] low = [.. ratios.Zip(signs, (value, sign) => value < (float)least && sign < 0)];
        bool[] high = [.. ratios.Zip(signs, (value, sign) => value > (float)most && sign > 0)];
        var (leastLow, mostHigh) = Extremes(batch.Lengths, low, high, ofAnswers);
        return new PolicyFigures(
            Mean(Numbers(ratioOfAnswer ?? ratio)), Share(low), Share(high), leastLow, mostHigh, kl is null ? null : Mean(Numbers(kl)))
        {
            RatioIsOfAnswers = ratioOfAnswer is not null,
            ClipIsOfAnswers = ofAnswers,
        };
    }

    private static (double LeastLow, double MostHigh) Extremes(IReadOnlyList<int> lengths, bool[] low, bool[] high, bool ofAnswers)
    {
        var (leastLow, mostHigh) = (1.0, 0.0);
        var next = 0;
        for (var row = 0; row < lengths.Count; row++)
        {
            var (from, count) = ofAnswers ? (row, 1) : (next, lengths[row]);
            next += lengths[row];
            if (lengths[row] > 0)
            {
                leastLow = Math.Min(leastLow, Share(low.AsSpan(from, count)));
                mostHigh = Math.Max(mostHigh, Share(high.AsSpan(from, count)));
            }
        }

        return (next == 0 ? 0 : leastLow, mostHigh);
    }

    private static float[] Numbers(Tensor tensor) => tensor.Detach().To(Device.Cpu).ToArray<float>();

    private static double Share(ReadOnlySpan<bool> flags) => flags.Length == 0 ? 0 : (double)flags.Count(true) / flags.Length;

    private static double Mean(float[] values) => values.Length == 0 ? 0 : values.Average(value => (double)value);
}
