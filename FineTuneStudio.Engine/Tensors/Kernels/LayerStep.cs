namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The halves of a decoder layer for one new token of each of several sequences, each in one go with its norms and its residual sum; no gradient.</summary>
/// <remarks>
/// They give, to the bit, what <see cref="RmsNorm"/>, <see cref="SmallBatchLinear"/>, <see cref="LoraLinear"/> and <see cref="CachedAttention"/> give one after
/// another, without the calls, the memory and the waking of threads between them: a fifth of a token's time in a small model.
/// </remarks>
internal static class LayerStep
{
    private static readonly Operator AttentionOperator = Operator.Named("fts::step_attention");
    private static readonly Operator FeedForwardOperator = Operator.Named("fts::step_feed_forward");
    private static readonly Operator RowsOperator = Operator.Named("fts::step_rows");
    private static readonly Lazy<int> RowsOfFloat32 = new(() => (int)RowsOperator.CallNumber(DType.Float32));
    private static readonly Lazy<int> RowsOfBFloat16 = new(() => (int)RowsOperator.CallNumber(DType.BFloat16));

    /// <summary>Whether there are kernels for these rows: few enough, in main memory, in a type that this processor multiplies.</summary>
    /// <param name="x">The residual stream. <c>[N, D]</c></param>
    public static bool Takes(Tensor x) => KernelChoice.IsFused(AttentionOperator, x) && x.Size(0) <= (x.DType == DType.Float32 ? RowsOfFloat32 : RowsOfBFloat16).Value;

    /// <summary>The half with attention.</summary>
    /// <param name="x">The residual stream, which <see cref="Takes"/> has agreed to. <c>[N, D]</c></param>
    /// <param name="weights">Query, key, value and output; or all three in one, and output.</param>
    /// <param name="norms">Around it.</param>
    /// <param name="rows">Where the tokens go and what they look at.</param>
    /// <param name="scoring">What governs the scores.</param>
    /// <param name="steps">What queries and keys go through before they meet.</param>
    /// <returns>The residual stream after it. <c>[N, D]</c></returns>
    /// <exception cref="TensorException">Shapes do not fit, or a row lies outside of the cache.</exception>
    public static Tensor Attend(Tensor x, StepWeights weights, ResidualNorms norms, CachedRows rows, AttentionScoring scoring, HeadSteps steps) => AttentionOperator.Call(
        x, weights.Weights, Operator.Argument.OptionalTensors(weights.Biases), Operator.Argument.OptionalTensors(weights.A), Operator.Argument.OptionalTensors(weights.B), weights.Scales,
        norms.Before, norms.After, norms.Epsilon, norms.UnitOffset, rows.Keys, rows.Values, rows.Slots, rows.Positions, scoring.Scale, scoring.Window ?? 0, scoring.SoftCap ?? 0.0, scoring.Sinks,
        steps.QueryNorm, steps.KeyNorm, steps.Epsilon, steps.UnitOffset, steps.Cos, steps.Sin);

    /// <summary>The half with a gated feed-forward part.</summary>
    /// <param name="x">As in <see cref="Attend"/>.</param>
    /// <param name="weights">Gate, up and down; or gate and up in one, and down.</param>
    /// <param name="norms">Around it.</param>
    /// <param name="activation">By its name (<see cref="GatedActivation.NameOf"/>).</param>
    /// <returns>The residual stream after it. <c>[N, D]</c></returns>
    /// <exception cref="TensorException">Shapes do not fit.</exception>
    public static Tensor FeedForward(Tensor x, StepWeights weights, ResidualNorms norms, string activation) => FeedForwardOperator.Call(
        x, weights.Weights, Operator.Argument.OptionalTensors(weights.Biases), Operator.Argument.OptionalTensors(weights.A), Operator.Argument.OptionalTensors(weights.B), weights.Scales,
        norms.Before, norms.After, norms.Epsilon, norms.UnitOffset, activation);
}
