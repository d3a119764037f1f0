namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>How tokens choose their experts, and how much each expert's answer counts.</summary>
/// <remarks>Shazeer et al. 2017, arXiv 1701.06538; groups: DeepSeek-AI 2024, arXiv 2405.04434; correction: arXiv 2412.19437.</remarks>
public sealed record RouterDescription
{
    /// <summary>Experts of each token. <c>k</c></summary>
    public required int Choices { get; init; }

    /// <summary>What becomes of the logits.</summary>
    public ScoreFunction Scores { get; init; }

    /// <summary>Whether the scores of a token's experts are divided by their sum.</summary>
    public required bool Normalised { get; init; }

    /// <summary>Factor on the weights.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Groups that the experts stand in, one after another; 1 is none.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Groups that a token may choose from; experts of the others are out.</summary>
    public int KeptGroups { get; init; } = 1;

    /// <summary>Best experts of a group whose scores, summed, are the group's.</summary>
    public int BestOfGroup { get; init; } = 1;

    /// <summary>Whether a learnt-once correction is added to the scores for the choice, not for the weights.</summary>
    public bool HasCorrection { get; init; }

    /// <summary>Whether the logits have a bias.</summary>
    public bool HasBias { get; init; }

    /// <summary>
    /// Factor on the balance of experts in the loss, as the configuration asks for it; <see langword="null"/> where the family has no such
    /// loss. 0 where it has one and leaves it out.
    /// </summary>
    public double? BalanceWeight { get; init; }
}
