namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>What a weight is, and so how it begins in a model made anew.</summary>
internal enum WeightKind
{
    /// <summary>The matrix of a linear that an adapter may stand beside: normal, with the model's deviation.</summary>
    Matrix,

    /// <summary>A matrix, or a stack of them, that is no linear of its own (experts): as <see cref="Matrix"/>.</summary>
    Inner,

    /// <summary>A router's matrix, which stays fp32 in every precision, because near ties decide: as <see cref="Matrix"/>.</summary>
    Router,

    /// <summary>A norm's factor: ones.</summary>
    Norm,

    /// <summary>What is added: a bias, sinks, a norm's factor beyond 1. Zeros.</summary>
    Offset,

    /// <summary>A number that never learns and stays fp32 in every precision: zeros.</summary>
    Buffer,
}
