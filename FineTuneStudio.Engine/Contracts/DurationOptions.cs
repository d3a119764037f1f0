namespace FineTuneStudio.Engine.Contracts;

/// <summary>How long to train.</summary>
public sealed record DurationOptions
{
    /// <summary>Passes over the training rows; a fraction is allowed.</summary>
    public double Epochs { get; init; } = OptionCatalog.Epochs.Default;

    /// <summary>Optimizer steps; wins over <see cref="Epochs"/> where given.</summary>
    public int? Steps { get; init; }

    internal IEnumerable<UserError> Validate()
    {
        if (Epochs is not (> 0 and <= 10_000))
        {
            yield return new("duration.epochs", $"Train for more than 0 epochs and at most 10000, not {Epochs:G4}.");
        }

        if (Steps is < 1)
        {
            yield return new("duration.steps", $"Train for 1 step or more, not {Steps}; leave it out to use epochs.");
        }
    }
}
