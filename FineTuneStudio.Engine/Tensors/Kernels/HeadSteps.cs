namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>What queries and keys go through between their products and their scores: a norm, head by head, and a turn by their positions.</summary>
public sealed record HeadSteps
{
    /// <summary>The norm's weight for all query heads. <c>[C]</c></summary>
    public Tensor? QueryNorm { get; init; }

    /// <summary>The norm's weight for all key heads. <c>[C]</c></summary>
    public Tensor? KeyNorm { get; init; }

    /// <summary>Added to the mean of the squares.</summary>
    public double Epsilon { get; init; }

    /// <summary>Norms multiply by <c>1 + weight</c>.</summary>
    public bool UnitOffset { get; init; }

    /// <summary>Cosines of each token's angles. <c>[N, R/2]</c>, fp32</summary>
    public Tensor? Cos { get; init; }

    /// <summary>Sines of each token's angles. <c>[N, R/2]</c>, fp32</summary>
    public Tensor? Sin { get; init; }

    /// <summary>Takes the steps.</summary>
    /// <param name="q"><c>[N, H, C]</c></param>
    /// <param name="k"><c>[N, K, C]</c></param>
    public (Tensor Q, Tensor K) Apply(Tensor q, Tensor k) => (NormedAndTurned(q, QueryNorm), NormedAndTurned(k, KeyNorm));

    private Tensor NormedAndTurned(Tensor x, Tensor? norm)
    {
        var normed = norm is null ? x : RmsNorm.Apply(x, norm.To(x.DType), Epsilon, UnitOffset);
        return Cos is null || Sin is null ? normed : Rope.Apply(normed, Cos, Sin);
    }
}
