namespace FineTuneStudio.Engine.Verification;

/// <summary>A recorded training, repeated.</summary>
/// <param name="Steps">Every step beside the recorded one.</param>
/// <param name="IsAdapter">Whether an adapter was trained; else every weight.</param>
/// <param name="FinalDifference">What came out against the recorded: norm of the difference over norm, of all tensors together.</param>
public sealed record TraceReport(IReadOnlyList<TraceStep> Steps, bool IsAdapter, double FinalDifference)
{
    /// <summary>Bar for each step's loss and gradient norm, relative: it sees a missing clip or decay.</summary>
    public const double StepTolerance = 1e-5;

    /// <summary>Bar for what came out, relative in norm.</summary>
    public double FinalTolerance => IsAdapter ? 3e-5 : 5e-7;

    /// <summary>Whether everything is within its bar.</summary>
    public bool Passed => FinalDifference <= FinalTolerance && Steps.All(step =>
        step.LossDifference <= StepTolerance
        && step.GradientNormDifference <= StepTolerance
        && Math.Abs(step.LearningRate - step.ReferenceLearningRate) <= 1e-9);
}
