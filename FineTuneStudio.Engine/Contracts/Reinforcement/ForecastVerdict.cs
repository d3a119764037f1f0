namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>Whether reinforcement has something to learn from.</summary>
public enum ForecastVerdict
{
    /// <summary>Enough groups have both better and worse answers.</summary>
    Learns,

    /// <summary>Some do, few: most of the time is spent on answers that teach nothing.</summary>
    LearnsSlowly,

    /// <summary>Nearly all answers are as good as can be already.</summary>
    TooEasy,

    /// <summary>Nearly no answer earns anything.</summary>
    TooHard,

    /// <summary>Most answers are cut before they end.</summary>
    CutShort,

    /// <summary>Many answers cannot be graded.</summary>
    GraderFails,
}
