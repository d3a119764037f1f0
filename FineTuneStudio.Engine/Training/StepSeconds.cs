namespace FineTuneStudio.Engine.Training;

/// <summary>Where a training step's time went, in seconds.</summary>
/// <param name="Forward">Loss of all micro-batches.</param>
/// <param name="Backward">Their gradients.</param>
/// <param name="Update">Norm, clipping and optimizer.</param>
public sealed record StepSeconds(double Forward, double Backward, double Update)
{
    /// <summary>All of it.</summary>
    public double Total => Forward + Backward + Update;
}
