using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Application.Runs;

/// <summary>The figures of a reinforcement step by the names that curves have; what the step does not have is not among them.</summary>
internal static class ReinforcementColumns
{
    public const string Reward = "reward";

    public const string Entropy = "entropy";

    public const string Kl = "kl";

    public const string Length = "length";

    /// <summary>Mean reward of the steps that a row stands for.</summary>
    public const string RewardMean = "rewardMean";

    /// <summary>Before the name of a part of a combined grader.</summary>
    public const string Part = "part:";

    /// <summary>Name and figure; js/charts/forms.js draws them.</summary>
    public static IEnumerable<(string Name, double Value)> Of(ReinforcementFigures figures)
    {
        yield return (Reward, figures.Reward);
        yield return ("spread", figures.RewardDeviation);
        if (figures.RewardQuantiles is [var low, var middle, var high])
        {
            yield return ("low", low);
            yield return ("middle", middle);
            yield return ("high", high);
        }

        yield return ("answers", figures.Answers);
        yield return ("learnt", figures.LearntAnswers);
        yield return ("errors", figures.GraderErrors);
        yield return ("zero", figures.ZeroVarianceShare);
        yield return ("same", figures.SameAnswerShare);
        yield return (Length, figures.AnswerTokens);
        yield return ("longest", figures.LongestAnswer);
        yield return ("cut", figures.CutShare);
        yield return (Entropy, figures.Entropy);
        if (figures.Kl is { } kl)
        {
            yield return (Kl, kl);
        }

        if (figures.Tools is { } tools)
        {
            yield return ("turns", tools.Turns);
            yield return ("calls", tools.Calls);
            yield return ("toolErrors", tools.Errors);
        }

        yield return ("ratio", figures.Ratio);
        yield return ("clippedLow", figures.ClippedLow);
        yield return ("clippedHigh", figures.ClippedHigh);
        yield return ("gap", figures.LogProbabilityGap);
        yield return ("rollout", figures.RolloutSeconds);
        yield return ("grading", figures.GradingSeconds);
        yield return ("learning", figures.LearningSeconds);
        foreach (var (name, score) in figures.Parts ?? new Dictionary<string, double>())
        {
            yield return (Part + name, score);
        }
    }
}
