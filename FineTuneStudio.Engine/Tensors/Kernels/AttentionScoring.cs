namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>What governs the scores of one layer's attention.</summary>
/// <param name="Scale">Factor on the product of query and key, usually <c>1 / sqrt(C)</c>.</param>
public sealed record AttentionScoring(double Scale)
{
    /// <summary>Tokens that one looks at, itself included; <see langword="null"/> without limit.</summary>
    public int? Window { get; init; }

    /// <summary>Bounds the scaled scores: <c>c tanh(s / c)</c>.</summary>
    public double? SoftCap { get; init; }

    /// <summary>One more score for each query head, which takes weight and gives no value; it is not scaled. <c>[H]</c></summary>
    public Tensor? Sinks { get; init; }
}
