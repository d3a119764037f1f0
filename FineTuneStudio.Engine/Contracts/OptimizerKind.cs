namespace FineTuneStudio.Engine.Contracts;

/// <summary>How gradients become steps.</summary>
public enum OptimizerKind
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101): 8 bytes of state a weight.</summary>
    AdamW,

    /// <summary>AdamW with both moments in 8 bits, blockwise (Dettmers et al. 2022, arXiv 2110.02861): 2 bytes of state a weight.</summary>
    AdamW8Bit,

    /// <summary>Stochastic gradient descent with momentum: 4 bytes of state a weight, none without momentum.</summary>
    Sgd,

    /// <summary>Second moments as rows and columns (Shazeer and Stern 2018, arXiv 1804.04235): next to no state.</summary>
    Adafactor,

    /// <summary>Momentum made orthogonal (Jordan et al. 2024) for matrices, AdamW for the rest: 4 bytes of state a weight.</summary>
    Muon,
}
