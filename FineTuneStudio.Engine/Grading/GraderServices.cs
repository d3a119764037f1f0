using FineTuneStudio.Engine.Grading.Judging;
using FineTuneStudio.Engine.Grading.Sandbox;

namespace FineTuneStudio.Engine.Grading;

/// <summary>What some graders need from outside of themselves.</summary>
internal sealed record GraderServices
{
    /// <summary>Answers for <c>score_model</c> and <c>label_model</c>; without one they give an error, not a score.</summary>
    public IJudge? Judge { get; init; }

    /// <summary>What a <c>python</c> grader may use.</summary>
    public SandboxLimits Sandbox { get; init; } = new();

    /// <summary>Most processes of one <c>python</c> grader.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;
}
