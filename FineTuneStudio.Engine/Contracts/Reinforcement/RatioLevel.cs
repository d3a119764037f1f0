namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What one importance ratio belongs to.</summary>
public enum RatioLevel
{
    /// <summary>A token: <c>exp(new - old)</c>.</summary>
    Token,

    /// <summary>An answer: <c>exp</c> of the mean of new - old, gradient through the mean (GSPO).</summary>
    Sequence,

    /// <summary>An answer in value, a token in gradient (GSPO-token): advantages may differ between tokens.</summary>
    SequenceToken,
}
