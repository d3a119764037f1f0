using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;
using FineTuneStudio.Engine.Training.Optimizers;

namespace FineTuneStudio.Engine.Training;

/// <summary>From gathered gradients to moved weights: norm, clipping, loss scale, optimizer.</summary>
/// <param name="parameters">What learns, by name.</param>
/// <param name="optimizer">Over these parameters.</param>
/// <param name="lossScale">For gradients in fp16; <see langword="null"/> otherwise.</param>
/// <param name="clipNorm">Longest gradient; 0 clips nothing.</param>
internal sealed class WeightUpdate(
    IReadOnlyList<KeyValuePair<string, Tensor>> parameters, Optimizer optimizer, LossScale? lossScale, double clipNorm)
{
    private const double SmallestLossScale = 1;

    /// <summary>Moves the weights by the gradients that were gathered.</summary>
    /// <param name="loss">Of the step; where it is no number, nothing moves.</param>
    /// <param name="learningRate">The schedule's rate.</param>
    /// <returns>Norm over all weights before clipping, and whether they moved.</returns>
    public (double Norm, StepEnd End) Apply(double loss, double learningRate)
    {
        if (!double.IsFinite(loss))
        {
            return (double.NaN, StepEnd.LossNotFinite);
        }

        Tensor?[] gradients = [.. parameters.Select(pair => pair.Value.Grad)];
        var scale = lossScale?.Value ?? 1;
        var norm = GradientNorm.Of([.. gradients.OfType<Tensor>()]) / scale;
        if (!double.IsFinite(norm))
        {
            return (norm, LeaveOut(scale) ? StepEnd.LeftOut : StepEnd.GradientNotFinite);
        }

        optimizer.Step(gradients, learningRate, GradientClipping.Factor(norm, clipNorm) / scale);
        lossScale?.Update(taken: true);
        return (norm, StepEnd.Updated);
    }

    /// <summary>Forgets the gradients.</summary>
    public void Clear()
    {
        foreach (var (_, parameter) in parameters)
        {
            parameter.Grad = null;
        }
    }

    // An overflow at a scale of one is no matter of the scale.
    private bool LeaveOut(float scale)
    {
        if (lossScale is null || scale <= SmallestLossScale)
        {
            return false;
        }

        lossScale.Update(taken: false);
        return true;
    }
}
