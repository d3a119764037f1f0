using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Attentions;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.FeedForwards;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>One layer on the residual stream: attention, then feed-forward, with the norms before them, after them, or both.</summary>
internal sealed class DecoderLayer
{
    private readonly IAttention _attention;
    private readonly IFeedForward _feedForward;
    private readonly LayerNorms _norms;
    private readonly int _index;
    private readonly double _scale;

    public DecoderLayer(ModelConfig config, ModelWeights weights, int index)
    {
        var description = config.Layers[index];
        _index = index;
        var own = new LayerWeights(config, weights, index);
        _attention = description.Attention.Build(own);
        _feedForward = description.FeedForward.Build(own);
        _norms = new LayerNorms(description.Norms, own);
        _scale = description.ResidualScale;
    }

    private DecoderLayer(DecoderLayer other, AdapterSet? adapter)
    {
        _attention = other._attention.With(adapter);
        _feedForward = other._feedForward.With(adapter);
        (_norms, _scale, _index) = (other._norms, other._scale, other._index);
    }

    /// <summary>The weights, in the order of use.</summary>
    public static IEnumerable<WeightSlot> Slots(ModelConfig config, int index)
    {
        var (description, layer) = (config.Layers[index], new LayerSlots(config, index));
        return [.. description.Attention.Slots(layer), .. description.FeedForward.Slots(layer), .. LayerNorms.Slots(description.Norms, layer)];
    }

    /// <param name="x">Residual stream. <c>[N, D]</c></param>
    /// <param name="rope">How positions turn heads, where the layer has rope.</param>
    /// <param name="context">Keys and values of before, dropout.</param>
    /// <returns><c>[N, D]</c></returns>
    public Tensor Apply(Tensor x, RopeTables? rope, AttentionContext context)
    {
        using var scope = TensorScope.Enter();
        if (_scale == 1 && context.StepRows(_index) is { } rows && LayerStep.Takes(x))
        {
            return scope.Keep(Step(x, rope, rows, context));
        }

        var (sum, normed) = Attended(x, rope, context);
        return scope.Keep(FedForward(sum, normed, context));
    }

    public DecoderLayer With(AdapterSet? adapter) => new(this, adapter);

    // A half that has no operator of its own goes the usual way.
    private Tensor Step(Tensor x, RopeTables? rope, CachedRows rows, AttentionContext context)
    {
        var sum = _attention.Step(x, _norms.AroundAttention, rope, rows);
        var normed = default(Tensor);
        if (sum is null)
        {
            (sum, normed) = Attended(x, rope, context);
        }

        return _feedForward.Step(sum, _norms.AroundFeedForward) ?? FedForward(sum, normed ?? Normed(sum, _norms.BeforeFeedForward), context);
    }

    private (Tensor Sum, Tensor Normed) Attended(Tensor x, RopeTables? rope, AttentionContext context)
    {
        var attended = Scaled(Normed(_attention.Apply(Normed(x, _norms.BeforeAttention), rope, context), _norms.AfterAttention));
        return _norms.BeforeFeedForward?.AddApply(attended, x) ?? Twice(attended + x);
    }

    private Tensor FedForward(Tensor sum, Tensor normed, AttentionContext context) => sum + Scaled(Normed(_feedForward.Apply(normed, context), _norms.AfterFeedForward));

    private static Tensor Normed(Tensor x, Norm? norm) => norm?.Apply(x) ?? x;

    private static (Tensor Sum, Tensor Normed) Twice(Tensor x) => (x, x);

    private Tensor Scaled(Tensor x) => _scale == 1 ? x : x * _scale;
}
