using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>The policy loss of GRPO and its relatives (docs of <see cref="PolicyLossOptions"/>): minimised, in units of reward.</summary>
internal static class PolicyLoss
{
    /// <summary>The share of a micro-batch in the loss of its step: losses and gradients of micro-batches add up to the step's.</summary>
    /// <param name="batch">Answers; a gradient flows to <see cref="PolicyBatch.New"/> alone.</param>
    /// <param name="options">The parts of the loss.</param>
    /// <param name="step">Answers and tokens of the whole step.</param>
    /// <returns>fp32 <c>[]</c>, and what is charted. Call it inside a scope.</returns>
    /// <exception cref="ArgumentException">A tensor that the options need is absent.</exception>
    public static (Tensor Loss, PolicyFigures Figures) Compute(PolicyBatch batch, PolicyLossOptions options, StepSize step)
    {
        var rows = new AnswerRows(batch.Lengths, batch.New.Device);
        var logRatio = Clamped(batch.New - batch.Old, options.LogRatioClamp);
        var (ratio, ratioOfAnswer) = Ratio(batch, rows, logRatio, options.Ratio);
        var advantages = batch.AdvantagesByToken ? batch.Advantages : rows.Spread(batch.Advantages);
        var losses = Surrogate(batch, ratio, advantages, options);
        if (options.OffPolicyLimit is { } limit)
        {
            losses *= rows.Spread(OnPolicy(batch, rows, limit));
        }

        if (options.Sampler is { } correction)
        {
            losses *= SamplerWeights(batch, rows, correction);
        }

        Tensor? kl = null;
        if (options.KlWeight > 0)
        {
            kl = Kl(batch, options);
            kl = options.KlTimesRatio ? kl * ratio : kl;
            losses += kl * options.KlWeight;
        }

        var loss = (losses * Weights(batch.Lengths, options, step).To(batch.New.Device)).Sum();
        return (loss, PolicyFigures.Of(batch, options, ratio, ratioOfAnswer, advantages, kl));
    }

    /// <summary>What answers weigh that a sampler with other probabilities drew: <c>exp(old - sampler)</c>, bounded; no gradient.</summary>
    /// <returns><c>[N]</c></returns>
    public static Tensor SamplerWeights(PolicyBatch batch, AnswerRows rows, SamplerCorrection correction)
    {
        var difference = (batch.Old - Needed(batch.Sampler, nameof(batch.Sampler))).Detach();
        var weights = (correction.OfAnswer ? rows.Spread(rows.Sum(difference)) : difference).Exp();
        var bounded = weights.Clamp(correction.Least, correction.Most);
        return correction.Masks ? weights * Same(weights, bounded) : bounded;
    }

    private static (Tensor Tokens, Tensor? Answers) Ratio(PolicyBatch batch, AnswerRows rows, Tensor logRatio, RatioLevel level)
    {
        if (level == RatioLevel.Token)
        {
            return (logRatio.Exp(), null);
        }

        var answers = rows.Mean(logRatio).Exp();
        return level == RatioLevel.Sequence
            ? (rows.Spread(answers), answers.Detach())
            : (rows.Spread(answers.Detach()) * (batch.New - batch.New.Detach()).Exp(), answers.Detach());
    }

    private static Tensor Surrogate(PolicyBatch batch, Tensor ratio, Tensor advantages, PolicyLossOptions options)
    {
        switch (options.Surrogate)
        {
            case PolicySurrogate.Cispo:
                return -(ratio.Detach().Clamp(null, options.ClipHigh) * advantages * batch.New);
            case PolicySurrogate.Sapo:
                var (positive, negative) = options.SapoSteepness;
                var isPositive = IsPositive(advantages);
                var steepness = (isPositive * (positive - negative)) + negative;
                return -(((ratio - 1) * steepness).Sigmoid() * advantages / steepness * 4);
            default:
                // The larger of two losses is the smaller of two gains. At a bound both are the same and share one full gradient.
                var free = options.DualClip is { } most ? ratio.Clamp(null, most) : ratio;
                return (-(free * advantages)).Maximum(-(ratio.Clamp(1 - options.ClipLow, 1 + options.ClipHigh) * advantages));
        }
    }

    // 1 for an answer that counts, 0 for a bad one that the policy has moved away from already.
    private static Tensor OnPolicy(PolicyBatch batch, AnswerRows rows, double limit)
    {
        var advantages = batch.AdvantagesByToken ? rows.Mean(batch.Advantages) : batch.Advantages;
        var drift = rows.Mean((batch.Old - batch.New).Detach());
        return (IsPositive(-advantages) * IsPositive(drift - limit) * -1) + 1;
    }

    private static Tensor Kl(PolicyBatch batch, PolicyLossOptions options)
    {
        var difference = Clamped(Needed(batch.Reference, nameof(batch.Reference)) - batch.New, options.LogRatioClamp);
        return options.Kl switch
        {
            KlEstimator.K1 => -difference,
            KlEstimator.K2 => difference.Pow(2) * 0.5,
            _ => difference.Exp() - difference - 1,
        };
    }

    // What each token's loss counts. [N]
    private static Tensor Weights(IReadOnlyList<int> lengths, PolicyLossOptions options, StepSize step)
    {
        var answers = Math.Max(step.Answers, 1);
        return Tensor.From<float>([.. lengths.SelectMany(length => Enumerable.Repeat(
            (float)(1 / options.Mean switch
            {
                LossMean.AnswerThenToken => (double)length * answers,
                LossMean.Token => Math.Max(step.Tokens, 1),
                LossMean.LongestAnswer => (double)answers * options.LongestAnswer,
                _ => answers,
            }),
            length))]);
    }

    private static Tensor Clamped(Tensor logRatio, double? most) => most is { } limit ? logRatio.Clamp(-limit, limit) : logRatio;

    private static Tensor IsPositive(Tensor value) => value.GreaterThan(Tensor.ZerosLike(value)).To(value.DType);

    private static Tensor Same(Tensor left, Tensor right) => (left - right).EqualTo(0).To(left.DType);

    private static Tensor Needed(Tensor? tensor, string name) => tensor ?? throw new ArgumentException($"These options need {name}.", name);
}
