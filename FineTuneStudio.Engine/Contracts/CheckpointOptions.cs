namespace FineTuneStudio.Engine.Contracts;

/// <summary>When the run's whole state goes to disk, and how many states stay there.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Optimizer steps between checkpoints; <see langword="null"/> at every evaluation, and at least every 100 steps.</summary>
    public int? EverySteps { get; init; }

    /// <summary>Newest checkpoints kept; the best by held-out loss stays besides.</summary>
    public int Keep { get; init; } = OptionCatalog.CheckpointsKept.Default;

    internal IEnumerable<UserError> Validate()
    {
        if (EverySteps is < 1)
        {
            yield return new("checkpoints.everySteps", $"Use 1 step or more, not {EverySteps}.");
        }

        if (Keep is not (>= 2 and <= 1000))
        {
            yield return new("checkpoints.keep", $"Keep from 2 to 1000 checkpoints, not {Keep}.");
        }
    }
}
