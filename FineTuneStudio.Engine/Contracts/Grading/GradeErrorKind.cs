namespace FineTuneStudio.Engine.Contracts.Grading;

/// <summary>What kept a grader from a score.</summary>
public enum GradeErrorKind
{
    /// <summary>The dataset's row lacks what a template names.</summary>
    InvalidVariable,

    /// <summary>The row's reference is not what the grader reads: no JSON, no number.</summary>
    InvalidReference,

    /// <summary>A formula has no finite value for these scores.</summary>
    Formula,

    /// <summary>A part that the formula needs has no score.</summary>
    Part,

    /// <summary>A pattern took too long on this answer.</summary>
    Timeout,

    /// <summary>No judge answers, even after retries, or none is set up.</summary>
    JudgeUnreachable,

    /// <summary>The judge declined to judge.</summary>
    JudgeRefused,

    /// <summary>The judge's answer has no score in it.</summary>
    JudgeAnswer,

    /// <summary>The budget for judging is spent.</summary>
    JudgeBudget,

    /// <summary>A python grader raised, or returned what is no finite number.</summary>
    PythonRaised,

    /// <summary>A python grader broke a limit: time, memory, output.</summary>
    PythonLimit,

    /// <summary>Python graders cannot run on this machine.</summary>
    PythonUnavailable,
}
