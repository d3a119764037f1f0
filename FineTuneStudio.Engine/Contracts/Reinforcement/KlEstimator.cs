namespace FineTuneStudio.Engine.Contracts.Reinforcement;

/// <summary>An estimate of the KL divergence from the reference by one sample, with d = reference - new (Schulman 2020).</summary>
public enum KlEstimator
{
    /// <summary><c>-d</c>: unbiased, may be negative; its gradient says nothing about the reference.</summary>
    K1,

    /// <summary><c>d² / 2</c>: biased, low variance.</summary>
    K2,

    /// <summary><c>e^d - d - 1</c>: unbiased, never negative.</summary>
    K3,
}
