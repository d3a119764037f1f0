namespace FineTuneStudio.Engine.Contracts;

/// <summary>What stochastic gradient descent takes beside rate and decay; the decay is added to the gradient, not decoupled.</summary>
public sealed record SgdOptions
{
    /// <summary>Share of the step before that is kept; 0 keeps no state.</summary>
    public double Momentum { get; init; } = OptionCatalog.SgdMomentum.Default;

    /// <summary>Share of the gradient that is left out of the momentum.</summary>
    public double Dampening { get; init; } = OptionCatalog.SgdDampening.Default;

    /// <summary>Look ahead by the momentum (Nesterov 1983).</summary>
    public bool Nesterov { get; init; } = OptionCatalog.SgdNesterov.Default;

    internal IEnumerable<UserError> Validate()
    {
        if (Momentum is not (>= 0 and < 1))
        {
            yield return new("optimizer.sgd.momentum", $"Use a momentum from 0 to below 1, not {Momentum:G3}.");
        }

        if (Dampening is not (>= 0 and <= 1))
        {
            yield return new("optimizer.sgd.dampening", $"Use a dampening from 0 to 1, not {Dampening:G3}.");
        }

        if (Nesterov && (Momentum == 0 || Dampening != 0))
        {
            yield return new("optimizer.sgd.nesterov", "Nesterov's step needs a momentum above 0 and no dampening.");
        }
    }
}
