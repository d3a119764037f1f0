namespace FineTuneStudio.Application.Runs;

/// <summary>What can go wrong while a model learns from rewards.</summary>
public enum RunAlarmKind
{
    /// <summary>The reward rises on the prompts that are learnt from, and not on those held out.</summary>
    HeldOutLags,

    /// <summary>Answers grow longer and longer.</summary>
    LengthRunsAway,

    /// <summary>The model has become sure of itself: it tries nothing new.</summary>
    EntropyCollapses,

    /// <summary>In most groups all answers are the same text.</summary>
    SameAnswers,

    /// <summary>In most groups all answers have the same reward, so that they teach nothing.</summary>
    ZeroVariance,

    /// <summary>Answers could not be graded.</summary>
    GraderErrors,
}
