using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading.Judging;

/// <summary>A judge that gave no answer.</summary>
/// <param name="kind">One of the judge's kinds.</param>
/// <param name="message">What happened, in plain words.</param>
/// <param name="isPassing">Whether asking again may help: a lost connection, an overloaded server.</param>
public sealed class JudgeException(GradeErrorKind kind, string message, bool isPassing = false) : Exception(message)
{
    /// <summary>One of the judge's kinds.</summary>
    public GradeErrorKind Kind => kind;

    /// <summary>Whether asking again may help.</summary>
    public bool IsPassing => isPassing;

    /// <summary>How long the judge asks to be left alone; <see langword="null"/> where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
