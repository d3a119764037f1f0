namespace FineTuneStudio.Engine.Training;

/// <summary>A step's loss or gradient is no number; the weights are still those of the step before.</summary>
internal sealed class NonFiniteLossException(int step, string what, IReadOnlyList<long> lines) : Exception(
    $"{what} of step {step} is no finite number. The rows of that step begin at lines {string.Join(", ", lines.Take(ListedLines))}"
    + $"{(lines.Count > ListedLines ? $" and {lines.Count - ListedLines} more" : "")} of the training file. "
    + "Lower the learning rate, or look at these rows; the last checkpoint is untouched.")
{
    private const int ListedLines = 20;

    /// <summary>Throws where a step ended for want of a number.</summary>
    /// <param name="end">How it ended.</param>
    /// <param name="step">Its number, from 1.</param>
    /// <param name="lines">Where the rows begin that it learnt from.</param>
    public static void ThrowIf(StepEnd end, int step, IEnumerable<long> lines)
    {
        if (end is StepEnd.LossNotFinite or StepEnd.GradientNotFinite)
        {
            throw new NonFiniteLossException(step, end == StepEnd.LossNotFinite ? "The loss" : "The gradient norm", [.. lines.Distinct().Order()]);
        }
    }
}
