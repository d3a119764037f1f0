using FineTuneStudio.Engine.Grading.Judging;

namespace FineTuneStudio.Engine.Grading;

/// <summary>What some graders need from outside of themselves.</summary>
internal sealed record GraderServices
{
    /// <summary>Answers for <c>score_model</c> and <c>label_model</c>; without one they give an error, not a score.</summary>
    public IJudge? Judge { get; init; }
}
