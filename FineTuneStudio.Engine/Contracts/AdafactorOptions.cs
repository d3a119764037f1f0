namespace FineTuneStudio.Engine.Contracts;

/// <summary>What Adafactor takes beside rate and decay.</summary>
public sealed record AdafactorOptions
{
    /// <summary>Let the rate follow from the step alone, <c>min(1e-2, 1/sqrt(step))</c>; the schedule's rate is then not used.</summary>
    public bool RelativeStep { get; init; } = OptionCatalog.AdafactorRelativeStep.Default;

    /// <summary>With <see cref="RelativeStep"/>: climb by a millionth a step instead of starting at a hundredth.</summary>
    public bool WarmupInit { get; init; } = OptionCatalog.AdafactorWarmupInit.Default;

    /// <summary>Multiply the rate by the size of each weight matrix (its root mean square).</summary>
    public bool ScaleParameter { get; init; } = OptionCatalog.AdafactorScaleParameter.Default;

    /// <summary>Largest root mean square of an update.</summary>
    public double ClipThreshold { get; init; } = OptionCatalog.AdafactorClipThreshold.Default;

    /// <summary>Exponent of the second moment's memory: <c>1 - step^decayRate</c>.</summary>
    public double DecayRate { get; init; } = OptionCatalog.AdafactorDecayRate.Default;

    /// <summary>Memory of the first moment; 0 keeps none, which saves 4 bytes a weight.</summary>
    public double Beta1 { get; init; } = OptionCatalog.AdafactorBeta1.Default;

    /// <summary>Added to squared gradients.</summary>
    public double Epsilon { get; init; } = OptionCatalog.AdafactorEpsilon.Default;

    /// <summary>Least size of a weight matrix that <see cref="ScaleParameter"/> counts with.</summary>
    public double SmallestScale { get; init; } = OptionCatalog.AdafactorSmallestScale.Default;

    internal IEnumerable<UserError> Validate()
    {
        if (WarmupInit && !RelativeStep)
        {
            yield return new("optimizer.adafactor.warmupInit", "This start belongs to relativeStep; switch that on, or use schedule.warmupSteps.");
        }

        if (ClipThreshold is not (> 0 and < double.PositiveInfinity))
        {
            yield return new("optimizer.adafactor.clipThreshold", $"Use a threshold above 0, not {ClipThreshold:G3}.");
        }

        if (DecayRate is not (>= -1 and < 0))
        {
            yield return new("optimizer.adafactor.decayRate", $"Use an exponent from -1 to below 0, not {DecayRate:G3}.");
        }

        if (Beta1 is not (>= 0 and < 1))
        {
            yield return new("optimizer.adafactor.beta1", $"Use a beta1 from 0 (none) to below 1, not {Beta1:G3}.");
        }

        if (Epsilon is not (> 0 and <= 1))
        {
            yield return new("optimizer.adafactor.epsilon", $"Use an epsilon above 0 and at most 1, not {Epsilon:G3}.");
        }

        if (SmallestScale is not (> 0 and <= 1))
        {
            yield return new("optimizer.adafactor.smallestScale", $"Use a size above 0 and at most 1, not {SmallestScale:G3}.");
        }
    }
}
