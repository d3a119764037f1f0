namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>The vocabulary product and its cross-entropy together, in pieces: the logits of all tokens never exist at once.</summary>
public static class LinearCrossEntropy
{
    private const int PlainChunk = 128;
    private static readonly Operator Fused = Operator.Named("fts::linear_cross_entropy");
    private static readonly Operator FusedLogProbabilities = Operator.Named("fts::token_log_probabilities");
    private static readonly Operator NllLossOperator = Operator.Named("aten::nll_loss");

    /// <summary>Summed negative log-likelihood of the targets, differentiable by hidden and, where it requires a gradient, by the weight.</summary>
    /// <param name="hidden">Normed hidden states of the learnt positions only. <c>[n, D]</c></param>
    /// <param name="weight">The head. <c>[V, D]</c></param>
    /// <param name="targets">The token that follows each. <c>[n]</c>, Int64</param>
    /// <param name="rowWeights">Factor on each row's loss; <see langword="null"/> is one everywhere. <c>[n]</c>, fp32</param>
    /// <param name="softCap">Bounds the logits: <c>c tanh(z / c)</c>.</param>
    /// <param name="losses">Receives each row's own loss, before its factor. <c>[n]</c>, fp32</param>
    /// <returns>In nats, fp32. <c>[]</c></returns>
    public static Tensor Apply(Tensor hidden, Tensor weight, Tensor targets, Tensor? rowWeights = null, double? softCap = null, Tensor? losses = null)
        => KernelChoice.IsFusedAnywhere(Fused, hidden) && weight.DType == hidden.DType
            ? Fused.Call(hidden, weight, targets, rowWeights, softCap ?? 0.0, losses)
            : ApplyPlain(hidden, weight, targets, rowWeights, softCap, losses);

    /// <summary>Log-probability of each target, without gradient.</summary>
    /// <param name="hidden"><c>[n, D]</c></param>
    /// <param name="weight"><c>[V, D]</c></param>
    /// <param name="targets"><c>[n]</c>, Int64</param>
    /// <param name="softCap">Bounds the logits.</param>
    /// <returns>In nats, fp32. <c>[n]</c></returns>
    public static Tensor TokenLogProbabilities(Tensor hidden, Tensor weight, Tensor targets, double? softCap = null)
        => KernelChoice.IsFusedAnywhere(FusedLogProbabilities, hidden) && weight.DType == hidden.DType
            ? FusedLogProbabilities.Call(hidden, weight, targets, softCap ?? 0.0)
            : TokenLogProbabilitiesPlain(hidden, weight, targets, softCap);

    /// <summary>The plain twin of <see cref="Apply"/>.</summary>
    public static Tensor ApplyPlain(Tensor hidden, Tensor weight, Tensor targets, Tensor? rowWeights = null, double? softCap = null, Tensor? losses = null)
    {
        using var scope = TensorScope.Enter();
        Tensor? total = null;
        for (long start = 0; start < hidden.Size(0); start += PlainChunk)
        {
            var count = Math.Min(PlainChunk, hidden.Size(0) - start);
            var rows = hidden.Narrow(0, start, count);
            var chunkTargets = targets.Narrow(0, start, count).Own();
            var chunkWeights = rowWeights?.Narrow(0, start, count).Own();
            var chunkLosses = losses?.Narrow(0, start, count).Own();

            // Recomputed in the backward pass, so that one chunk of logits lives at a time.
            Tensor Chunk(Tensor input)
            {
                var loss = Losses(input, weight, chunkTargets, softCap);
                chunkLosses?.CopyFrom(loss.Detach());
                return (chunkWeights is null ? loss : loss * chunkWeights).Sum();
            }

            var part = rows.RequiresGrad ? Tensor.Checkpoint(Chunk, rows) : Chunk(rows);
            total = total is null ? part : total + part;
        }

        return scope.Keep(total ?? hidden.To(DType.Float32).Sum());
    }

    /// <summary>The plain twin of <see cref="TokenLogProbabilities"/>.</summary>
    public static Tensor TokenLogProbabilitiesPlain(Tensor hidden, Tensor weight, Tensor targets, double? softCap = null)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var result = Tensor.Empty([hidden.Size(0)], DType.Float32, hidden.Device);
        for (long start = 0; start < hidden.Size(0); start += PlainChunk)
        {
            using var inner = TensorScope.Enter();
            var count = Math.Min(PlainChunk, hidden.Size(0) - start);
            result.Narrow(0, start, count).CopyFrom(-Losses(hidden.Narrow(0, start, count), weight, targets.Narrow(0, start, count), softCap));
        }

        return scope.Keep(result);
    }

    private static Tensor Losses(Tensor hidden, Tensor weight, Tensor targets, double? softCap)
    {
        var logits = hidden.Linear(weight).To(DType.Float32);
        var bounded = softCap is { } cap ? (logits / cap).Tanh() * cap : logits;
        return NllLossOperator.Call(bounded.LogSoftmax(-1), targets, Operator.Argument.None, 0);
    }
}
