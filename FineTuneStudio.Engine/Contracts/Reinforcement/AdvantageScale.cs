namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>What the distance of a reward from its group is measured by.</summary>
public enum AdvantageScale
{
    /// <summary>The deviation of its group (GRPO).</summary>
    Group,

    /// <summary>The deviation of all rewards of the step.</summary>
    Batch,

    /// <summary>Nothing: the distance itself (Dr. GRPO).</summary>
    None,

    /// <summary>Each part of the reward by its own group's deviation, then their weighted sum by that of the step (GDPO).</summary>
    Parts,

    /// <summary>The distance from the mean of the other answers (RLOO).</summary>
    OthersMean,

    /// <summary>That distance, then less its mean and over its deviation in the step.</summary>
    OthersMeanNormalised,
}
