using FineTuneStudio.Engine.Contracts.Grading;

namespace FineTuneStudio.Engine.Grading;

/// <summary>Scores answers. Thread-safe: the answers of a group are graded side by side.</summary>
internal interface IGrader
{
    /// <summary>What the grader's author calls it.</summary>
    string Name { get; }

    /// <summary>Its <c>type</c> in JSON.</summary>
    string Type { get; }

    /// <summary>Scores one answer.</summary>
    /// <exception cref="GradeException">The row, the judge or the grader itself keeps it from a score.</exception>
    /// <exception cref="UnusableAnswerException">The answer is not what the grader reads.</exception>
    Grade Evaluate(GradedSample sample, CancellationToken cancellationToken);
}
