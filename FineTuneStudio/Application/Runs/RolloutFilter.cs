namespace FineTuneStudio.Application.Runs;

/// <summary>Which answers of a step are shown.</summary>
public enum RolloutFilter
{
    /// <summary>All of them, in the order they were asked for.</summary>
    All,

    /// <summary>The best of each group, the best groups first.</summary>
    Best,

    /// <summary>The worst of each group, the worst groups first.</summary>
    Worst,

    /// <summary>Those cut at the limit.</summary>
    Cut,

    /// <summary>Those that could not be graded.</summary>
    Errors,

    /// <summary>Groups whose answers all have the same reward.</summary>
    ZeroVariance,
}
