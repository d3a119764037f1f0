using System.Text.Json.Serialization;

namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What a step of a reinforcement run shows of itself, beside its loss. What a run does not have is absent, never 0.</summary>
public sealed record ReinforcementFigures
{
    /// <summary>Mean reward of the answers that were drawn, before any punishment for length.</summary>
    public required double Reward { get; init; }

    /// <summary>Deviation of the rewards.</summary>
    public required double RewardDeviation { get; init; }

    /// <summary>Tenth, 50th and 90th of a hundred rewards, in order of size.</summary>
    public required IReadOnlyList<double> RewardQuantiles { get; init; }

    /// <summary>Mean score of each part of a combined grader, by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Parts { get; init; }

    /// <summary>Answers that were drawn.</summary>
    public required int Answers { get; init; }

    /// <summary>Answers that were learnt from.</summary>
    public required int LearntAnswers { get; init; }

    /// <summary>Share of groups whose answers all had the same reward.</summary>
    public required double ZeroVarianceShare { get; init; }

    /// <summary>Answers that could not be graded: they count in no mean, and teach nothing.</summary>
    public required int GraderErrors { get; init; }

    /// <summary>Mean tokens of an answer.</summary>
    public required double AnswerTokens { get; init; }

    /// <summary>Tokens of the longest answer.</summary>
    public required int LongestAnswer { get; init; }

    /// <summary>Share of answers cut at the limit.</summary>
    public required double CutShare { get; init; }

    /// <summary>Share of groups whose answers all are the same text.</summary>
    public required double SameAnswerShare { get; init; }

    /// <summary>Mean entropy of the distributions that tokens were drawn from, in nats.</summary>
    public required double Entropy { get; init; }

    /// <summary>Mean divergence from the model of the beginning, in nats a token.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Kl { get; init; }

    /// <summary>Mean ratio of the policy to that of before the batch.</summary>
    public required double Ratio { get; init; }

    /// <summary>Share of tokens (answers where a ratio belongs to one) held back below.</summary>
    public required double ClippedLow { get; init; }

    /// <summary>Share held back above.</summary>
    public required double ClippedHigh { get; init; }

    /// <summary>Mean distance between the log-probabilities of the sampler and the trainer, in nats a token: 0 but for rounding.</summary>
    public required double LogProbabilityGap { get; init; }

    /// <summary>How tools were used; <see langword="null"/> in a run without any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ToolFigures? Tools { get; init; }

    /// <summary>Seconds spent drawing answers; 0 for a later step over the same answers.</summary>
    public required double RolloutSeconds { get; init; }

    /// <summary>Seconds spent grading them.</summary>
    public required double GradingSeconds { get; init; }

    /// <summary>Seconds spent learning.</summary>
    public required double LearningSeconds { get; init; }
}
