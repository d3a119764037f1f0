using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.FeedForwards;

/// <summary><c>down(activation(gate x) * up x)</c>.</summary>
internal sealed class GatedFeedForward : IFeedForward
{
    private const string Gate = ".gate_proj";
    private const string Up = ".up_proj";
    private const string GateUp = ".gate_up_proj";
    private const string Down = ".down_proj";

    private readonly GatedDescription _description;
    private readonly LinearLayer[] _inputs;
    private readonly LinearLayer _down;

    public GatedFeedForward(GatedDescription description, LayerWeights weights)
    {
        _description = description;
        string[] inputs = description.FusedProjections ? [GateUp] : [Gate, Up];
        _inputs = Array.ConvertAll(inputs, name => weights.Linear(description.Module + name));
        _down = weights.Linear(description.Module + Down);
    }

    private GatedFeedForward(GatedFeedForward other, AdapterSet? adapter)
    {
        _description = other._description;
        _inputs = Array.ConvertAll(other._inputs, linear => linear.With(adapter));
        _down = other._down.With(adapter);
    }

    /// <summary>The weights, in the order of use.</summary>
    public static IEnumerable<WeightSlot> Slots(GatedDescription description, LayerSlots layer)
    {
        var (inner, module) = ((long)description.IntermediateSize, description.Module);
        WeightSlot[] inputs = description.FusedProjections
            ? layer.Linear(module + GateUp, 2 * inner, layer.Width)
            : [.. layer.Linear(module + Gate, inner, layer.Width), .. layer.Linear(module + Up, inner, layer.Width)];
        return [.. inputs, .. layer.Linear(module + Down, layer.Width, inner)];
    }

    public Tensor Apply(Tensor x, AttentionContext context)
    {
        var inner = _description.FusedProjections
            ? GatedActivation.ApplyHalves(_inputs[0].Apply(x, context.Dropout), _description.Activation)
            : LinearLayer.ApplyGated(_inputs[0], _inputs[1], x, _description.Activation, context.Dropout);
        return _down.Apply(inner, context.Dropout);
    }

    public Tensor? Step(Tensor x, ResidualNorms norms)
        => GatedActivation.NameOf(_description.Activation) is { } activation && LinearLayer.ForStep([.. _inputs, _down], x.DType) is { } weights
            ? LayerStep.FeedForward(x, weights, norms, activation)
            : null;

    public IFeedForward With(AdapterSet? adapter) => new GatedFeedForward(this, adapter);
}
