namespace FineTuneStudio.Engine.Contracts;

/// <summary>Shape of the learning rate after warm-up. Semantics of transformers' <c>get_scheduler</c>.</summary>
public enum ScheduleKind
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Straight down to 0.</summary>
    Linear,

    /// <summary>Half a cosine down to 0.</summary>
    Cosine,

    /// <summary>Half a cosine down to <see cref="ScheduleOptions.FloorRatio"/> of the peak.</summary>
    CosineWithFloor,

    /// <summary>Warm-up, stable, decay (WSD).</summary>
    WarmupStableDecay,

    /// <summary>A power of the remaining share, down to <see cref="ScheduleOptions.PolynomialEnd"/>.</summary>
    Polynomial,

    /// <summary>Falls as one over the square root of the step.</summary>
    InverseSqrt,
}
