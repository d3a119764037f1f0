using System.Globalization;

namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What a reinforcement run would find at its first step, from answers that the model of the beginning gave to some of its own prompts.</summary>
public sealed record ReinforcementForecast
{
    // Below, a step learns from a handful of groups at best.
    private const double FewGroups = 0.1;
    private const double HalfTheGroups = 0.35;
    private const double MostlyRight = 0.9;
    private const double NearlyNothing = 0.02;
    private const double OftenCut = 0.5;
    private const double OftenUngraded = 0.2;

    /// <summary>Prompts that were answered.</summary>
    public required int Prompts { get; init; }

    /// <summary>Answers to each.</summary>
    public required int Answers { get; init; }

    /// <summary>Mean score of an answer: pass@1 where scores are 0 and 1.</summary>
    public required double Reward { get; init; }

    /// <summary>Mean score of the best answer to each prompt: pass@k where scores are 0 and 1.</summary>
    public required double BestReward { get; init; }

    /// <summary>Lowest and highest score there was.</summary>
    public required (double Lowest, double Highest) Range { get; init; }

    /// <summary>Share of groups whose answers all had the same score.</summary>
    public required double ZeroVarianceShare { get; init; }

    /// <summary>Share of answers cut at the limit.</summary>
    public required double CutShare { get; init; }

    /// <summary>Share of answers that could not be graded.</summary>
    public required double UngradedShare { get; init; }

    /// <summary>Mean tokens of an answer.</summary>
    public required double AnswerTokens { get; init; }

    /// <summary>Seconds that a step takes to draw and grade answers.</summary>
    public required double DrawingSeconds { get; init; }

    /// <summary>Seconds that a step takes to learn.</summary>
    public required double LearningSeconds { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>The prompts with their answers, grades and reasons.</summary>
    public required IReadOnlyList<RolloutGroup> Groups { get; init; }

    /// <summary>Why the first answer that could not be graded was not; empty where all were.</summary>
    public required string FirstError { get; init; }

    /// <summary>Seconds of a step.</summary>
    public double SecondsPerStep => DrawingSeconds + LearningSeconds;

    /// <summary>Whether there is something to learn from.</summary>
    public ForecastVerdict Verdict
        => UngradedShare > OftenUngraded ? ForecastVerdict.GraderFails
            : 1 - ZeroVarianceShare > HalfTheGroups ? ForecastVerdict.Learns
            : CutShare > OftenCut ? ForecastVerdict.CutShort
            : 1 - ZeroVarianceShare > FewGroups ? ForecastVerdict.LearnsSlowly
            : Reward >= MostlyRight * Range.Highest && Range.Highest > 0 ? ForecastVerdict.TooEasy
            : Reward <= Range.Lowest + NearlyNothing ? ForecastVerdict.TooHard
            : ForecastVerdict.LearnsSlowly;

    /// <summary>The verdict in a plain sentence, with the setting to change.</summary>
    public string Sentence
    {
        get
        {
            var teaching = $"{Percent(1 - ZeroVarianceShare)} of the prompts have both better and worse answers";
            return Verdict switch
            {
                ForecastVerdict.Learns => $"Reinforcement has something to learn from: {teaching}, and the best of {Answers} answers earns {Number(BestReward)} where one earns {Number(Reward)}.",
                ForecastVerdict.LearnsSlowly => $"It will learn slowly: only {teaching}. Draw more answers to each prompt (reinforcement.answers), replace groups that teach nothing (reinforcement.zeroVariance), or choose prompts of middling difficulty.",
                ForecastVerdict.TooEasy => $"There is little to learn: an answer earns {Number(Reward)} already. Take harder prompts or a stricter grader.",
                ForecastVerdict.TooHard => $"There is nothing to learn from yet: of {Prompts * Answers} answers nearly none earns anything. Fine-tune on examples first (SFT), give points for parts of a right answer, or take easier prompts.",
                ForecastVerdict.CutShort => $"{Percent(CutShare)} of the answers are cut before they end. Allow longer answers (reinforcement.answerTokens), or teach the model to end by examples first (SFT).",
                _ => $"{Percent(UngradedShare)} of the answers could not be graded, so they teach nothing: {FirstError}",
            };
        }
    }

    private static string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
