namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>The policy loss, part by part. <see cref="Of"/> gives the parts that a method stands for.</summary>
public sealed record PolicyLossOptions
{
    /// <summary>The method whose rules hold; <see langword="null"/> for parts put together freely.</summary>
    public ReinforcementMethod? Method { get; init; }

    /// <summary>What stands for the reward.</summary>
    public PolicySurrogate Surrogate { get; init; }

    /// <summary>What a ratio belongs to.</summary>
    public RatioLevel Ratio { get; init; }

    /// <summary>How token losses become one.</summary>
    public LossMean Mean { get; init; }

    /// <summary>How far below 1 a ratio counts.</summary>
    public double ClipLow { get; init; } = 0.2;

    /// <summary>How far above 1 a ratio counts; for CISPO the largest ratio itself.</summary>
    public double ClipHigh { get; init; } = 0.2;

    /// <summary>
    /// Dual clip: the largest ratio of a token whose advantage is negative (Ye et al. 2020, arXiv 1912.09729); <see langword="null"/> for none.
    /// </summary>
    public double? DualClip { get; init; }

    /// <summary>Log-ratios are cut to plus and minus this, without gradient beyond: beyond e^88 single precision has no numbers. <see langword="null"/> for no cut.</summary>
    public double? LogRatioClamp { get; init; } = 20;

    /// <summary>Weight of the KL divergence from the reference; 0 needs no reference.</summary>
    public double KlWeight { get; init; }

    /// <summary>How the divergence is estimated.</summary>
    public KlEstimator Kl { get; init; } = KlEstimator.K3;

    /// <summary>Multiplies the estimate by the ratio: unbiased off policy too.</summary>
    public bool KlTimesRatio { get; init; }

    /// <summary>Correction for the sampler's own probabilities; <see langword="null"/> for none.</summary>
    public SamplerCorrection? Sampler { get; init; }

    /// <summary>An answer with a negative advantage is left out where the mean of old - new exceeds this; <see langword="null"/> for never.</summary>
    public double? OffPolicyLimit { get; init; }

    /// <summary>Longest answer in tokens, for <see cref="LossMean.LongestAnswer"/>.</summary>
    public int LongestAnswer { get; init; } = 1;

    /// <summary>Steepness of SAPO's gate for advantages above 0, and below.</summary>
    public (double Positive, double Negative) SapoSteepness { get; init; } = (1.0, 1.05);

    /// <summary>The loss a method stands for, with its own defaults.</summary>
    public static PolicyLossOptions Of(ReinforcementMethod method) => method switch
    {
        ReinforcementMethod.Grpo => new() { Method = method, Mean = LossMean.AnswerThenToken, KlWeight = 0.001 },
        ReinforcementMethod.DrGrpo => new() { Method = method, Mean = LossMean.LongestAnswer },
        ReinforcementMethod.Dapo => new() { Method = method, Mean = LossMean.Token, ClipHigh = 0.28 },
        ReinforcementMethod.GspoToken => new() { Method = method, Ratio = RatioLevel.SequenceToken, Mean = LossMean.AnswerThenToken, ClipLow = 3e-4, ClipHigh = 4e-4 },
        ReinforcementMethod.Rloo => new() { Method = method, Mean = LossMean.AnswerThenToken, KlWeight = 0.05, Kl = KlEstimator.K1 },
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "No such method."),
    };

    /// <summary>Every part that cannot be, or that its method does not allow.</summary>
    public IEnumerable<UserError> Validate()
    {
        if (ClipLow is not (>= 0 and <= 1))
        {
            yield return new("loss.clipLow", $"Use a clip from 0 to 1 below 1, not {ClipLow:G3}.");
        }

        if (ClipHigh is not (>= 0 and <= 1000))
        {
            yield return new("loss.clipHigh", $"Use a clip of 0 or more above 1, not {ClipHigh:G3}.");
        }

        if (DualClip is { } dual && !(dual > 1 + ClipHigh && double.IsFinite(dual)))
        {
            yield return new("loss.dualClip", $"Use a dual clip above 1 + clipHigh = {1 + ClipHigh:G4} (3 is usual), not {dual:G3}.");
        }

        if (LogRatioClamp is { } clamp && clamp is not (> 0 and <= 80))
        {
            yield return new("loss.logRatioClamp", $"Use a clamp above 0 and at most 80, or none, not {clamp:G3}.");
        }

        if (KlWeight is not (>= 0 and < double.PositiveInfinity))
        {
            yield return new("loss.klWeight", $"Use a weight of 0 or more, not {KlWeight:G3}.");
        }
        else if (KlWeight > 0 && Method is (ReinforcementMethod.Dapo or ReinforcementMethod.DrGrpo or ReinforcementMethod.GspoToken))
        {
            yield return new("loss.klWeight", $"{Method} has no KL term; use 0, not {KlWeight:G3}, or the method Grpo or Rloo.");
        }

        if (Sampler is { } sampler && !(sampler.Least >= 0 && sampler.Most > sampler.Least && double.IsFinite(sampler.Most)))
        {
            yield return new("loss.sampler", $"Use bounds of 0 or more, the smaller first, not {sampler.Least:G3} and {sampler.Most:G3}.");
        }

        if (LongestAnswer < 1)
        {
            yield return new("loss.longestAnswer", $"Use 1 token or more, not {LongestAnswer}.");
        }
    }
}
