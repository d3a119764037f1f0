namespace FineTuneStudio.Engine.Contracts;

/// <summary>What Muon takes beside rate and decay. Embeddings, heads and vectors are AdamW's, with its betas and epsilon.</summary>
public sealed record MuonOptions
{
    /// <summary>Memory of the momentum.</summary>
    public double Momentum { get; init; } = OptionCatalog.MuonMomentum.Default;

    /// <summary>Look ahead by the momentum.</summary>
    public bool Nesterov { get; init; } = OptionCatalog.MuonNesterov.Default;

    /// <summary>Newton-Schulz steps that make the momentum orthogonal.</summary>
    public int NewtonSchulzSteps { get; init; } = OptionCatalog.MuonNewtonSchulzSteps.Default;

    /// <summary>Scale each matrix's step to the size of AdamW's, so that AdamW's learning rates fit (Liu et al. 2025, arXiv 2502.16982).</summary>
    public bool MatchAdamW { get; init; } = OptionCatalog.MuonMatchAdamW.Default;

    internal IEnumerable<UserError> Validate()
    {
        if (Momentum is not (>= 0 and < 1))
        {
            yield return new("optimizer.muon.momentum", $"Use a momentum from 0 to below 1, not {Momentum:G3}.");
        }

        if (NewtonSchulzSteps is not (>= 1 and <= 99))
        {
            yield return new("optimizer.muon.newtonSchulzSteps", $"Use 1 to 99 steps, not {NewtonSchulzSteps}; 5 are usual.");
        }
    }
}
