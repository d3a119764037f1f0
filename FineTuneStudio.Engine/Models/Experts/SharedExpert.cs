using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.FeedForwards;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>What every token goes through beside the experts it chose, whole or weighted by a sigmoid of its own.</summary>
internal sealed class SharedExpert
{
    private readonly IFeedForward _inner;
    private readonly LinearLayer? _gate;

    public SharedExpert(SharedExpertDescription description, LayerWeights weights)
    {
        _inner = Inner(description).Build(weights);
        _gate = description.Gate is { } gate ? weights.Linear(gate) : null;
    }

    private SharedExpert(SharedExpert other, AdapterSet? adapter) => (_inner, _gate) = (other._inner.With(adapter), other._gate?.With(adapter));

    /// <summary>The weights, in the order of use.</summary>
    public static IEnumerable<WeightSlot> Slots(SharedExpertDescription description, LayerSlots layer)
        => [.. Inner(description).Slots(layer), .. description.Gate is { } gate ? layer.Linear(gate, 1, layer.Width) : []];

    /// <param name="x"><c>[N, D]</c></param>
    /// <param name="context">What surrounds the pass.</param>
    /// <returns><c>[N, D]</c></returns>
    public Tensor Apply(Tensor x, AttentionContext context)
    {
        var answer = _inner.Apply(x, context);
        return _gate is null ? answer : answer * _gate.Apply(x, context.Dropout).Sigmoid();
    }

    public SharedExpert With(AdapterSet? adapter) => new(this, adapter);

    private static GatedDescription Inner(SharedExpertDescription description) => new(description.IntermediateSize) { Module = description.Name };
}
