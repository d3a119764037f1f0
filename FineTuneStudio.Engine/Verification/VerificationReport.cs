namespace FineTuneStudio.Engine.Verification;

/// <summary>How far a model's numbers are from the reference's.</summary>
public sealed record VerificationReport
{
    /// <summary>Real tokens compared.</summary>
    public required int Tokens { get; init; }

    /// <summary>Bar for logits, hidden states and log-probabilities, absolute.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Largest difference of a logit.</summary>
    public required double LogitsAbsolute { get; init; }

    /// <summary>That difference over the largest logit of the reference.</summary>
    public required double LogitsRelative { get; init; }

    /// <summary>Largest difference in the residual stream before each layer and after the final norm; <see langword="null"/> where the file has none.</summary>
    public double? HiddenAbsolute { get; init; }

    /// <summary>Largest difference of a next token's log-probability.</summary>
    public double? LogProbabilitiesAbsolute { get; init; }

    /// <summary>Our mean loss over the learnt tokens, in nats.</summary>
    public double? Loss { get; init; }

    /// <summary>The reference's.</summary>
    public double? ReferenceLoss { get; init; }

    /// <summary>Experts chosen that are not the reference's; <see langword="null"/> where the file or the model has none.</summary>
    public int? RoutesDiffering { get; init; }

    /// <summary>Largest difference of a router's logit, or of an expert's weight.</summary>
    public double? RoutersAbsolute { get; init; }

    /// <summary>How evenly our tokens use the experts, as the loss has it; <see langword="null"/> where the model has none.</summary>
    public double? Balance { get; init; }

    /// <summary>The reference's.</summary>
    public double? ReferenceBalance { get; init; }

    /// <summary>Greedy answers, token by token.</summary>
    public required IReadOnlyList<GreedyMatch> Greedy { get; init; }

    /// <summary>Bar for the loss: 1e-5 at the default tolerance of 2e-4.</summary>
    public double LossTolerance => Math.Max(1e-5, Tolerance / 20);

    /// <summary>Whether everything is within its bar, and every greedy token the same.</summary>
    public bool Passed => LogitsAbsolute <= Tolerance
        && (HiddenAbsolute ?? 0) <= Tolerance
        && (LogProbabilitiesAbsolute ?? 0) <= Tolerance
        && (Loss is not { } loss || ReferenceLoss is not { } expected || Math.Abs(loss - expected) <= LossTolerance)
        && (RoutesDiffering ?? 0) == 0
        && (RoutersAbsolute ?? 0) <= Tolerance
        && (Balance is not { } balance || ReferenceBalance is not { } even || Math.Abs(balance - even) <= LossTolerance)
        && Greedy.All(match => match.IsWhole);
}
