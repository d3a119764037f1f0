using FineTuneStudio.Engine.Contracts.Reinforcement;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>All groups that were drawn for one batch, and the answers of them that are learnt from.</summary>
internal sealed class AnswerBatch
{
    private readonly double _drawingSeconds;
    private readonly double _gradingSeconds;

    /// <summary>Turns rewards into advantages and chooses what is learnt from.</summary>
    /// <param name="groups">All that were drawn; of replaced ones too.</param>
    /// <param name="options">How.</param>
    /// <param name="drawingSeconds">Spent drawing.</param>
    /// <param name="gradingSeconds">Spent waiting for grades.</param>
    public AnswerBatch(IReadOnlyList<AnswerGroup> groups, ReinforcementOptions options, double drawingSeconds, double gradingSeconds)
    {
        (_drawingSeconds, _gradingSeconds) = (drawingSeconds, gradingSeconds);
        var advantages = Advantages.Compute([.. groups.SelectMany(group => group.Rewards)], options.Answers, options.AdvantageScale());
        var keepsAll = options.ZeroVarianceGroups() == ZeroVarianceGroups.Keep;
        var learnt = new List<PolicyAnswer>();
        Groups = [.. groups.Select((group, index) =>
        {
            double[] own = Array.ConvertAll(advantages.Values[(index * options.Answers)..((index + 1) * options.Answers)], advantage => advantage * group.Prompt.Weight);
            var teaches = group.Prompt.Weight > 0 && (keepsAll || !advantages.ZeroVariance[index]);
            bool[] flags = [.. group.Answers.Select((answer, place) => teaches && !double.IsNaN(group.Rewards[place]) && (options.LearnCut || !answer.IsCut))];
            if (teaches)
            {
                learnt.AddRange(group.Answers.Select((answer, place) => new PolicyAnswer(group.Prompt.Ids, answer.Tokens.Ids, own[place], answer.Tokens.Given)
                {
                    Learnt = flags[place],
                    Sampler = [.. answer.Tokens.Turns().SelectMany(turn => turn.LogProbabilities)],
                    Routing = answer.Tokens.Routing,
                }));
            }

            return new LearntGroup(group, own, flags, advantages.ZeroVariance[index]);
        })];
        Answers = learnt;
        (ZeroVarianceShare, Reward, RewardDeviation) = (advantages.ZeroVarianceShare, MeanScore(groups), advantages.Deviation);
    }

    /// <summary>All groups.</summary>
    public IReadOnlyList<LearntGroup> Groups { get; }

    /// <summary>The answers that the steps get, those that only count among them.</summary>
    public IReadOnlyList<PolicyAnswer> Answers { get; }

    /// <summary>Where the rows begin that the batch is of.</summary>
    public IEnumerable<long> Lines => Groups.Select(group => group.Drawn.Prompt.Line);

    /// <summary>Tokens of all prompts and answers.</summary>
    public int Tokens => Groups.Sum(group => group.Drawn.Answers.Sum(answer => group.Drawn.Prompt.Ids.Length + answer.Tokens.Ids.Length));

    /// <summary>Tokens that are learnt.</summary>
    public int LearntTokens => Answers.Where(answer => answer.Learnt).Sum(answer => answer.Count);

    /// <summary>Share of groups whose answers all have the same reward.</summary>
    public double ZeroVarianceShare { get; }

    private double Reward { get; }

    private double RewardDeviation { get; }

    /// <summary>What a step of it shows.</summary>
    /// <param name="outcome">Of the step.</param>
    /// <param name="gap">Of the batch's first step.</param>
    /// <param name="isFirst">Whether the step was the first of the batch, and so paid for drawing and grading.</param>
    /// <param name="learningSeconds">Spent in the step.</param>
    public ReinforcementFigures Describe(PolicyOutcome outcome, double gap, bool isFirst, double learningSeconds)
    {
        var answers = Groups.SelectMany(group => group.Drawn.Answers).ToList();
        double[] rewards = [.. Groups.SelectMany(group => group.Drawn.Rewards).Where(reward => !double.IsNaN(reward)).Order()];
        return new ReinforcementFigures
        {
            Reward = Reward,
            RewardDeviation = RewardDeviation,
            RewardQuantiles = rewards.Length == 0 ? [] : [Quantile(rewards, 0.1), Quantile(rewards, 0.5), Quantile(rewards, 0.9)],
            Parts = Parts(answers),
            Answers = answers.Count,
            LearntAnswers = Answers.Count(answer => answer.Learnt),
            ZeroVarianceShare = ZeroVarianceShare,
            GraderErrors = answers.Count(answer => answer.Grade.Score is null),
            AnswerTokens = answers.Average(answer => (double)answer.Tokens.DrawnTokens),
            LongestAnswer = answers.Max(answer => answer.Tokens.DrawnTokens),
            CutShare = (double)answers.Count(answer => answer.IsCut) / answers.Count,
            SameAnswerShare = (double)Groups.Count(group => group.Drawn.Answers.DistinctBy(answer => answer.Said.Shown).Count() == 1) / Groups.Count,
            Entropy = outcome.Entropy,
            Kl = outcome.Figures.Kl,
            Ratio = outcome.Figures.MeanRatio,
            ClippedLow = outcome.Figures.ClippedLow,
            ClippedHigh = outcome.Figures.ClippedHigh,
            LogProbabilityGap = gap,
            Tools = ToolFigures.Of(answers.ConvertAll(answer => answer.Turns)),
            RolloutSeconds = isFirst ? _drawingSeconds : 0,
            GradingSeconds = isFirst ? _gradingSeconds : 0,
            LearningSeconds = learningSeconds,
        };
    }

    private static double MeanScore(IReadOnlyList<AnswerGroup> groups)
        => groups.SelectMany(group => group.Answers).Select(answer => answer.Grade.Score).OfType<double>().DefaultIfEmpty(double.NaN).Average();

    // The scores of each part that has one, by its name.
    private static Dictionary<string, double>? Parts(List<GradedAnswer> answers)
    {
        var parts = answers.SelectMany(answer => answer.Grade.Parts ?? new Dictionary<string, Contracts.Grading.Grade>())
            .Where(part => part.Value.Score is not null)
            .GroupBy(part => part.Key, part => part.Value.Score!.Value)
            .ToDictionary(part => part.Key, part => part.Average());
        return parts.Count == 0 ? null : parts;
    }

    private static double Quantile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
