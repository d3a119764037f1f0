namespace FineTuneStudio.Engine.Contracts;

/// <summary>Shape of the last part of <see cref="ScheduleKind.WarmupStableDecay"/>.</summary>
public enum DecayKind
{
    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>One minus the square root of the decayed share.</summary>
    OneMinusSqrt,
}
