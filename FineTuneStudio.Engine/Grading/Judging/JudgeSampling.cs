namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>How a judge draws its answer; what is absent is the judge's own default.</summary>
public sealed record JudgeSampling
{
    /// <summary>Starts its random choices.</summary>
    public long? Seed { get; init; }

    /// <summary>Share of the probability it draws from.</summary>
    public double? TopP { get; init; }

    /// <summary>0 for the likeliest answer.</summary>
    public double? Temperature { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How long it thinks: none, minimal, low, medium or high.</summary>
    public string? ReasoningEffort { get; init; }
}
