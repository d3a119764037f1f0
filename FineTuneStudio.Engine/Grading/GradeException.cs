using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading;

/// <summary>Carries what keeps a grader from a score from deep inside of it to <see cref="Grader.Evaluate"/>, where it becomes a grade.</summary>
internal sealed class GradeException(GradeErrorKind kind, string reason) : Exception(reason)
{
    /// <summary>Which of the kinds.</summary>
    public GradeErrorKind Kind { get; } = kind;
}
