namespace FineTuneStudio.Engine.Training;

/// <summary>How well a run does on what it does not learn from: a loss, or a reward.</summary>
/// <param name="Loss">Mean over learnt tokens, in nats; less is better.</param>
/// <param name="Reward">Mean score of greedy answers; more is better.</param>
internal readonly record struct HeldOutScore(double? Loss, double? Reward)
{
    /// <summary>Whether it is better than another; anything is better than nothing.</summary>
    public bool IsBetterThan(HeldOutScore other)
        => Reward is { } reward ? other.Reward is not { } before || reward > before
            : Loss is { } loss && (other.Loss is not { } least || loss < least);
}
