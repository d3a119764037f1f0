using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary><c>y = Wx + b</c>, with an adapter beside it where one is attached; W may be kept in few bits.</summary>
/// <remarks>Holds the tensors; the model owns them.</remarks>
public sealed class LinearLayer
{
    private readonly Tensor? _weight;
    private readonly PackedTensor? _packed;

    internal LinearLayer(string name, Tensor weight, Tensor? bias, LoraAdapter? adapter = null, bool isHead = false)
    {
        Shape = new LinearShape(name, weight.Size(1), weight.Size(0), isHead);
        _weight = weight;
        Bias = bias;
        Adapter = adapter;
    }

    internal LinearLayer(string name, PackedTensor weight, Tensor? bias, LoraAdapter? adapter = null)
    {
        Shape = new LinearShape(name, weight.Shape[1], weight.Shape[0]);
        _packed = weight;
        Bias = bias;
        Adapter = adapter;
    }

    /// <summary>Name and widths.</summary>
    public LinearShape Shape { get; }

    /// <summary>The numbers; those of a packed weight are made anew, in fp32, and are the caller's (or its scope's). <c>[out, in]</c></summary>
    public Tensor Weight => _weight ?? PackedLinear.Numbers(_packed!, DType.Float32);

    /// <summary>Where the model has one. <c>[out]</c></summary>
    public Tensor? Bias { get; }

    /// <summary>What is learnt beside it.</summary>
    public LoraAdapter? Adapter { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="dropout">The adapter's dropout; <see langword="null"/> drops nothing.</param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    public Tensor Apply(Tensor x, RandomGenerator? dropout)
        => _packed is { } packed ? Adapter?.Apply(x, packed, BiasFor(x), dropout) ?? PackedLinear.Apply(x, packed, BiasFor(x))
            : Adapter is null ? SmallBatchLinear.Apply(x, WeightFor(x), BiasFor(x)) : ApplyAll([this], x, dropout)[0];

    /// <summary>Applies layers that read the same rows; their weights are then read in one go.</summary>
    /// <returns>Of each layer what <see cref="Apply"/> gives.</returns>
    internal static Tensor[] ApplyAll(LinearLayer[] layers, Tensor x, RandomGenerator? dropout)
    {
        if (Array.Exists(layers, layer => layer._packed is not null))
        {
            return Array.ConvertAll(layers, layer => layer.Apply(x, dropout));
        }

        var weights = Array.ConvertAll(layers, layer => layer.WeightFor(x));
        var biases = Array.ConvertAll(layers, layer => layer.BiasFor(x));
        if (Array.TrueForAll(layers, layer => layer.Adapter is null))
        {
            return SmallBatchLinear.ApplyMany(x, weights, biases);
        }

        if (Array.TrueForAll(layers, layer => !layer._weight!.RequiresGrad && (layer.Adapter?.IsPlain(dropout) ?? true)))
        {
            return LoraLinear.ApplyMany(
                x,
                weights,
                biases,
                Array.ConvertAll(layers, layer => layer.Adapter?.WholeA),
                Array.ConvertAll(layers, layer => layer.Adapter?.WholeB),
                Array.ConvertAll(layers, layer => layer.Adapter?.Scale ?? 0));
        }

        return Array.ConvertAll(
            layers, layer => layer.Adapter?.Apply(x, layer.WeightFor(x), layer.BiasFor(x), dropout) ?? SmallBatchLinear.Apply(x, layer.WeightFor(x), layer.BiasFor(x)));
    }

    /// <summary>The gated activation of two layers that read the same rows.</summary>
    /// <returns><c>activation(gate x) * up x</c>. <c>[N, F]</c></returns>
    internal static Tensor ApplyGated(LinearLayer gate, LinearLayer up, Tensor x, Activation activation, RandomGenerator? dropout)
    {
        if (gate is { Adapter: null, _packed: null } && up is { Adapter: null, _packed: null })
        {
            return SmallBatchLinear.ApplyGated(x, gate.WeightFor(x), up.WeightFor(x), gate.BiasFor(x), up.BiasFor(x), activation);
        }

        var products = ApplyAll([gate, up], x, dropout);
        return GatedActivation.Apply(products[0], products[1], activation);
    }

    /// <summary>What a step of a few rows multiplies by.</summary>
    /// <param name="layers">In the order that the step's operator wants them.</param>
    /// <param name="type">Of the rows.</param>
    /// <returns><see langword="null"/> where a layer is not made for that: few bits, another type, an adapter with a magnitude.</returns>
    internal static StepWeights? ForStep(LinearLayer[] layers, DType type)
    {
        if (!Array.TrueForAll(layers, layer => layer._weight?.DType == type && (layer.Adapter?.IsPlain(dropout: null) ?? true)))
        {
            return null;
        }

        var adapted = Array.Exists(layers, layer => layer.Adapter is not null) ? layers : [];
        return new StepWeights(
            Array.ConvertAll(layers, layer => layer._weight!),
            Array.ConvertAll(layers, layer => layer.Bias?.To(type)),
            Array.ConvertAll(adapted, layer => layer.Adapter?.WholeA),
            Array.ConvertAll(adapted, layer => layer.Adapter?.WholeB),
            Array.ConvertAll(adapted, layer => layer.Adapter?.Scale ?? 0));
    }

    /// <summary>The same weights with what an adapter has for this linear.</summary>
    internal LinearLayer With(AdapterSet? adapter)
    {
        var own = adapter?.Adapters.GetValueOrDefault(Shape.Name);
        return _packed is { } packed ? new(Shape.Name, packed, Bias, own) : new(Shape.Name, _weight!, Bias, own, Shape.IsHead);
    }

    // Where every weight learns, masters are fp32 and products may be bfloat16: the cast is part of the graph.
    private Tensor WeightFor(Tensor x) => _weight!.To(x.DType);

    private Tensor? BiasFor(Tensor x) => Bias?.To(x.DType);
}
