namespace FineTuneStudio.Engine.Training.Optimizers;

/// <summary>Lifts fp16 gradients above the smallest number that fp16 knows (Micikevicius et al. 2018, arXiv 1710.03740): as high as they bear, found by trying.</summary>
/// <remarks>PyTorch's rule and defaults: halved when a gradient overflows (that step is left out), doubled after enough steps without.</remarks>
internal sealed class LossScale
{
    private readonly float _growth;
    private readonly float _backoff;
    private readonly int _interval;

    /// <summary>Starts at a scale.</summary>
    /// <param name="initial">Factor on the loss.</param>
    /// <param name="growth">Factor on the scale after <paramref name="interval"/> steps that were taken.</param>
    /// <param name="backoff">Factor on the scale after a step that was left out.</param>
    /// <param name="interval">Steps in a row before the scale is tried higher.</param>
    public LossScale(double initial = 65536, double growth = 2, double backoff = 0.5, int interval = 2000)
    {
        Value = (float)initial;
        (_growth, _backoff, _interval) = ((float)growth, (float)backoff, interval);
    }

    /// <summary>Factor on the loss; gradients are divided by it.</summary>
    public float Value { get; private set; }

    /// <summary>Steps taken since the scale changed.</summary>
    public int StepsTaken { get; private set; }

    /// <summary>Sets the state, from a checkpoint.</summary>
    public void Restore(float value, int stepsTaken) => (Value, StepsTaken) = (value, stepsTaken);

    /// <summary>Notes a step.</summary>
    /// <param name="taken">Whether its gradients were finite, so that it was taken.</param>
    public void Update(bool taken)
    {
        if (!taken)
        {
            (Value, StepsTaken) = (Value * _backoff, 0);
        }
        else if (++StepsTaken == _interval)
        {
            // At the top it stays where it is.
            var higher = Value * _growth;
            (Value, StepsTaken) = (float.IsFinite(higher) ? higher : Value, 0);
        }
    }
}
