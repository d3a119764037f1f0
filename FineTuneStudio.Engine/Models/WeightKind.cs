namespace FineTuneStudio.Engine.Models;

/// <summary>How a weight begins in a model made anew.</summary>
internal enum WeightKind
{
    /// <summary>A matrix: normal, with the model's deviation.</summary>
    Matrix,

    /// <summary>A norm: ones.</summary>
    Norm,

    /// <summary>A bias: zeros.</summary>
    Bias,
}
