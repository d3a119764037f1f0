namespace FineTuneStudio.Engine.Contracts;

/// <summary>Learning rate over optimizer steps.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Shape after warm-up.</summary>
    public ScheduleKind Kind { get; init; } = OptionCatalog.Schedule.Default;

    /// <summary>Peak learning rate, per optimizer step.</summary>
    public double LearningRate { get; init; } = OptionCatalog.LearningRate.Default;

    /// <summary>Steps from 0 up to the peak; wins over <see cref="WarmupRatio"/> where given.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>Share of all steps spent warming up, rounded up.</summary>
    public double WarmupRatio { get; init; } = OptionCatalog.WarmupRatio.Default;

    /// <summary>Floor as a share of the peak, for cosine with floor and WSD.</summary>
    public double FloorRatio { get; init; } = OptionCatalog.FloorRatio.Default;

    /// <summary>Share of all steps in WSD's decay.</summary>
    public double DecayRatio { get; init; } = OptionCatalog.DecayRatio.Default;

    /// <summary>Shape of WSD's decay.</summary>
    public DecayKind Decay { get; init; } = OptionCatalog.Decay.Default;

    /// <summary>Exponent of the polynomial.</summary>
    public double PolynomialPower { get; init; } = OptionCatalog.PolynomialPower.Default;

    /// <summary>Learning rate at the polynomial's end; absolute, not relative to the peak.</summary>
    public double PolynomialEnd { get; init; } = OptionCatalog.PolynomialEnd.Default;

    internal IEnumerable<UserError> Validate()
    {
        if (LearningRate is not (> 0 and <= 1))
        {
            yield return new("schedule.learningRate", $"Use a learning rate above 0 and at most 1, not {LearningRate:G3}.");
        }

        if (WarmupSteps is < 0)
        {
            yield return new("schedule.warmupSteps", $"Warm up for 0 steps or more, not {WarmupSteps}.");
        }

        if (WarmupRatio is not (>= 0 and <= 1))
        {
            yield return new("schedule.warmupRatio", $"Use a warm-up share from 0 to 1, not {WarmupRatio:G3}.");
        }

        if (FloorRatio is not (>= 0 and <= 1))
        {
            yield return new("schedule.floorRatio", $"Use a floor from 0 to 1 of the peak, not {FloorRatio:G3}.");
        }

        if (DecayRatio is not (>= 0 and <= 1))
        {
            yield return new("schedule.decayRatio", $"Use a decay share from 0 to 1, not {DecayRatio:G3}.");
        }

        if (PolynomialPower is not (> 0 and <= 100))
        {
            yield return new("schedule.polynomialPower", $"Use a power above 0, not {PolynomialPower:G3}.");
        }

        if (Kind == ScheduleKind.Polynomial && !(PolynomialEnd >= 0 && PolynomialEnd < LearningRate))
        {
            yield return new("schedule.polynomialEnd", $"End below the peak of {LearningRate:G3}, not at {PolynomialEnd:G3}.");
        }
    }
}
