namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>A way of learning from rewards; each is a choice of advantage, ratio, clip and mean (<see cref="PolicyLossOptions.Of"/>).</summary>
public enum ReinforcementMethod
{
    /// <summary>Group relative policy optimisation (Shao et al. 2024, arXiv 2402.03300).</summary>
    Grpo,

    /// <summary>GRPO without the division by the deviation and by each answer's length (Liu et al. 2025, arXiv 2503.20783).</summary>
    DrGrpo,

    /// <summary>A wider upper clip, one mean over all tokens, groups that teach nothing replaced (Yu et al. 2025, arXiv 2503.14476).</summary>
    Dapo,

    /// <summary>One ratio for an answer, its gradient by token (Zheng et al. 2025, arXiv 2507.18071).</summary>
    GspoToken,

    /// <summary>REINFORCE against the mean of the other answers (Ahmadian et al. 2024, arXiv 2402.14740).</summary>
    Rloo,
}
