namespace FineTuneStudio.Engine.Contracts;

/// <summary>How gradients become steps, and clipping by the global norm.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Which rule.</summary>
    public OptimizerKind Kind { get; init; } = OptionCatalog.Optimizer.Default;

    /// <summary>Decoupled decay on all trainable weights, per step and unit of learning rate.</summary>
    public double WeightDecay { get; init; } = OptionCatalog.WeightDecay.Default;

    /// <summary>Memory of the first moment; AdamW, and Muon beside its matrices.</summary>
    public double Beta1 { get; init; } = OptionCatalog.Beta1.Default;

    /// <summary>Memory of the second moment.</summary>
    public double Beta2 { get; init; } = OptionCatalog.Beta2.Default;

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = OptionCatalog.Epsilon.Default;

    /// <summary>Largest gradient norm over all trainable weights; 0 clips nothing.</summary>
    public double ClipNorm { get; init; } = OptionCatalog.ClipNorm.Default;

    /// <summary>For <see cref="OptimizerKind.Sgd"/> alone.</summary>
    public SgdOptions Sgd { get; init; } = new();

    /// <summary>For <see cref="OptimizerKind.Adafactor"/> alone.</summary>
    public AdafactorOptions Adafactor { get; init; } = new();

    /// <summary>For <see cref="OptimizerKind.Muon"/> alone.</summary>
    public MuonOptions Muon { get; init; } = new();

    internal IEnumerable<UserError> Validate()
    {
        if (WeightDecay is not (>= 0 and <= 10))
        {
            yield return new("optimizer.weightDecay", $"Use a weight decay from 0 to 10, not {WeightDecay:G3}.");
        }

        if (Beta1 is not (>= 0 and < 1))
        {
            yield return new("optimizer.beta1", $"Use a beta1 from 0 to below 1, not {Beta1:G3}.");
        }

        if (Beta2 is not (>= 0 and < 1))
        {
            yield return new("optimizer.beta2", $"Use a beta2 from 0 to below 1, not {Beta2:G3}.");
        }

        if (Epsilon is not (> 0 and <= 1))
        {
            yield return new("optimizer.epsilon", $"Use an epsilon above 0 and at most 1, not {Epsilon:G3}.");
        }

        if (ClipNorm is not (>= 0 and < double.PositiveInfinity))
        {
            yield return new("optimizer.clipNorm", $"Use a norm of 0 (no clipping) or more, not {ClipNorm:G3}.");
        }

        foreach (var error in Sgd.Validate().Concat(Adafactor.Validate()).Concat(Muon.Validate()))
        {
            yield return error;
        }
    }
}
