using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>One layer on the residual stream: <c>x += attention(norm(x)); x += feedForward(norm(x))</c>.</summary>
internal sealed class DecoderLayer(int index, Attention attention, FeedForward feedForward, Tensor attentionNorm, Tensor feedForwardNorm, double normEpsilon)
{
    /// <param name="x">Residual stream. <c>[N, D]</c></param>
    /// <param name="cos"><c>[N, C/2]</c></param>
    /// <param name="sin"><c>[N, C/2]</c></param>
    /// <param name="context">Keys and values of before, dropout.</param>
    /// <returns><c>[N, D]</c></returns>
    public Tensor Apply(Tensor x, Tensor cos, Tensor sin, AttentionContext context)
    {
        using var scope = TensorScope.Enter();
        var attended = attention.Apply(RmsNorm.Apply(x, attentionNorm.To(x.DType), normEpsilon), cos, sin, index, context);
        var (sum, normed) = RmsNorm.AddApply(attended, x, feedForwardNorm.To(x.DType), normEpsilon);
        return scope.Keep(sum + feedForward.Apply(normed, context.Dropout));
    }

    public DecoderLayer With(Func<LinearLayer, LinearLayer> replace)
        => new(index, attention.With(replace), feedForward.With(replace), attentionNorm, feedForwardNorm, normEpsilon);
}
