using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What a reinforcement run adds to a <see cref="RunSpecification"/>: who scores, how answers are drawn, what is made of their scores.</summary>
/// <remarks>Defaults stand in <see cref="OptionCatalog"/>; an option that is <see langword="null"/> takes what its method stands for.</remarks>
public sealed record ReinforcementOptions
{
    /// <summary>What scores the answers.</summary>
    public required GraderDefinition Grader { get; init; }

    /// <summary>How scores become a loss.</summary>
    public ReinforcementMethod Method { get; init; } = OptionCatalog.ReinforcementMethod.Default;

    /// <summary>Prompts drawn for a batch.</summary>
    public int Prompts { get; init; } = OptionCatalog.Prompts.Default;

    /// <summary>Answers to each prompt: the size of a group.</summary>
    public int Answers { get; init; } = OptionCatalog.Answers.Default;

    /// <summary>Optimizer steps over each batch of answers.</summary>
    public int Updates { get; init; } = OptionCatalog.Updates.Default;

    /// <summary>Most tokens of an answer.</summary>
    public int AnswerTokens { get; init; } = OptionCatalog.AnswerTokens.Default;

    /// <summary>Of the answers that are learnt from; those of held-out prompts are the likeliest.</summary>
    public double Temperature { get; init; } = OptionCatalog.Temperature.Default;

    /// <summary>Smallest set of likeliest tokens with this much probability that answers are drawn from; 1 keeps all.</summary>
    public double TopP { get; init; } = OptionCatalog.TopP.Default;

    /// <summary>So many likeliest tokens that answers are drawn from; 0 keeps all.</summary>
    public int TopK { get; init; } = OptionCatalog.TopK.Default;

    /// <summary>Least probability of a token beside the likeliest one's that answers are drawn from; 0 keeps all.</summary>
    public double MinP { get; init; } = OptionCatalog.MinP.Default;

    /// <summary>Texts that end an answer, which is graded without them.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tools that the model may call while it answers; <see langword="null"/> for none.</summary>
    public ToolOptions? Tools { get; init; }

    /// <summary>What the distance of a reward from its group is measured by.</summary>
    public AdvantageScale? Scale { get; init; }

    /// <summary>What becomes of groups whose answers all have the same reward.</summary>
    public ZeroVarianceGroups? ZeroVariance { get; init; }

    /// <summary>Batches drawn at most for one, where groups that teach nothing are replaced.</summary>
    public int Rounds { get; init; } = OptionCatalog.Rounds.Default;

    /// <summary>Over how many of its last tokens an answer that nears <see cref="AnswerTokens"/> loses up to 1 of its reward; <see langword="null"/> for no loss.</summary>
    public int? OverlongCache { get; init; }

    /// <summary>Whether an answer that was cut at <see cref="AnswerTokens"/> is learnt from.</summary>
    public bool LearnCut { get; init; } = OptionCatalog.LearnCut.Default;

    /// <summary>Weight of the KL divergence from the model of the beginning.</summary>
    public double? KlWeight { get; init; }

    /// <summary>How that divergence is estimated.</summary>
    public KlEstimator? Kl { get; init; }

    /// <summary>How far below 1 a ratio counts.</summary>
    public double? ClipLow { get; init; }

    /// <summary>How far above 1 a ratio counts.</summary>
    public double? ClipHigh { get; init; }

    /// <summary>The largest ratio of a token whose advantage is negative; <see langword="null"/> for no bound.</summary>
    public double? DualClip { get; init; }

    /// <summary>Truncated importance sampling: weight of the sampler's mismatch, at most; <see langword="null"/> corrects nothing.</summary>
    public SamplerCorrection? Sampler { get; init; }

    /// <summary>The loss: the method's, with what is given here in its place.</summary>
    public PolicyLossOptions Loss()
    {
        var loss = PolicyLossOptions.Of(Method);
        return loss with
        {
            KlWeight = KlWeight ?? loss.KlWeight,
            Kl = Kl ?? loss.Kl,
            ClipLow = ClipLow ?? loss.ClipLow,
            ClipHigh = ClipHigh ?? loss.ClipHigh,
            DualClip = DualClip ?? loss.DualClip,
            Sampler = Sampler,
            LongestAnswer = checked(AnswerTokens * (Tools?.Turns ?? 1)),
        };
    }

    /// <summary>How answers are drawn that are learnt from.</summary>
    /// <param name="seed">The run's.</param>
    public SamplingOptions Sampling(long seed) => new() { Temperature = Temperature, TopP = TopP, TopK = TopK, MinP = MinP, Stop = Stop, MaxTokens = AnswerTokens, Seed = seed };

    /// <summary>How held-out prompts are answered: by the likeliest tokens.</summary>
    public SamplingOptions Greedy() => new() { Temperature = 0, Stop = Stop, MaxTokens = AnswerTokens };

    /// <summary>Most tokens behind a prompt: of the answer, with all its turns where it may call tools.</summary>
    /// <param name="room">Tokens that the context leaves behind the prompt.</param>
    public int MostTokens(int room) => Math.Min(room, Tools is null ? AnswerTokens : Tools.ConversationTokens ?? int.MaxValue);

    /// <summary>The advantage's measure: as given, or the method's.</summary>
    public AdvantageScale AdvantageScale() => Scale ?? Method switch
    {
        ReinforcementMethod.DrGrpo => Reinforcement.AdvantageScale.None,
        ReinforcementMethod.Rloo => Reinforcement.AdvantageScale.OthersMean,
        _ => Reinforcement.AdvantageScale.Group,
    };

    /// <summary>What becomes of groups that teach nothing: as given, or the method's.</summary>
    public ZeroVarianceGroups ZeroVarianceGroups()
        => ZeroVariance ?? (Method == ReinforcementMethod.Dapo ? Reinforcement.ZeroVarianceGroups.Replace : Reinforcement.ZeroVarianceGroups.Drop);

    internal IEnumerable<UserError> Validate()
    {
        if (Prompts is not (>= 1 and <= 65_536))
        {
            yield return new("reinforcement.prompts", $"Draw from 1 to 65536 prompts, not {Prompts}.");
        }

        if (Answers is not (>= 2 and <= 1024))
        {
            yield return new("reinforcement.answers", $"Draw from 2 to 1024 answers to each prompt, not {Answers}: a reward is compared with the others of its group.");
        }

        if (Updates is not (>= 1 and <= 64))
        {
            yield return new("reinforcement.updates", $"Take from 1 to 64 steps over a batch, not {Updates}.");
        }

        if (AnswerTokens is not (>= 1 and <= 1_048_576))
        {
            yield return new("reinforcement.answerTokens", $"Allow from 1 to 1048576 tokens, not {AnswerTokens}.");
        }

        if (Temperature is not (> 0 and <= 10))
        {
            yield return new("reinforcement.temperature", $"Use a temperature above 0 and at most 10, not {Temperature:G3}: answers that are all alike teach nothing.");
        }

        if (TopP is not (> 0 and <= 1))
        {
            yield return new("reinforcement.topP", $"Use a share above 0 and at most 1, not {TopP:G3}.");
        }

        if (TopK < 0)
        {
            yield return new("reinforcement.topK", $"Use 0 (all) or more tokens, not {TopK}.");
        }

        foreach (var error in Sampling(0).Validate().Where(error => error.Field is "minP" or "stop"))
        {
            yield return error with { Field = $"reinforcement.{error.Field}" };
        }

        foreach (var error in Tools?.Validate() ?? [])
        {
            yield return error;
        }

        if (Rounds is not (>= 1 and <= 100))
        {
            yield return new("reinforcement.rounds", $"Draw from 1 to 100 times, not {Rounds}.");
        }

        if (OverlongCache is { } cache && (cache < 1 || cache > AnswerTokens))
        {
            yield return new("reinforcement.overlongCache", $"Use from 1 to {AnswerTokens} (answerTokens), not {cache}.");
        }

        foreach (var error in Loss().Validate())
        {
            yield return error with { Field = "reinforcement." + error.Field["loss.".Length..] };
        }
    }
}
