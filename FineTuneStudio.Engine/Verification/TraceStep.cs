namespace FineTuneStudio.Engine.Verification;

/// <summary>One optimizer step beside the recorded one.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Loss">Our mean loss over the step's learnt tokens, in nats.</param>
/// <param name="ReferenceLoss">The recorded one.</param>
/// <param name="GradientNorm">Our norm over all trainable weights, before clipping.</param>
/// <param name="ReferenceGradientNorm">The recorded one.</param>
/// <param name="LearningRate">Rate we used.</param>
/// <param name="ReferenceLearningRate">The recorded one.</param>
public sealed record TraceStep(
    int Step, double Loss, double ReferenceLoss, double GradientNorm, double ReferenceGradientNorm, double LearningRate, double ReferenceLearningRate)
{
    /// <summary>Relative difference of the loss.</summary>
    public double LossDifference => Math.Abs(Loss - ReferenceLoss) / Math.Abs(ReferenceLoss);

    /// <summary>Relative difference of the gradient norm.</summary>
    public double GradientNormDifference => Math.Abs(GradientNorm - ReferenceGradientNorm) / Math.Abs(ReferenceGradientNorm);
}
