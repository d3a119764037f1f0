using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary><c>y = Wx + b</c>, with an adapter beside it where one is attached.</summary>
/// <remarks>Holds the tensors; the model owns them.</remarks>
public sealed class LinearLayer
{
    internal LinearLayer(string name, Tensor weight, Tensor? bias, LoraAdapter? adapter = null, bool isHead = false)
    {
        Shape = new LinearShape(name, weight.Size(1), weight.Size(0), isHead);
        Weight = weight;
        Bias = bias;
        Adapter = adapter;
    }

    /// <summary>Name and widths.</summary>
    public LinearShape Shape { get; }

    /// <summary><c>[out, in]</c></summary>
    public Tensor Weight { get; }

    /// <summary>Where the model has one. <c>[out]</c></summary>
    public Tensor? Bias { get; }

    /// <summary>What is learnt beside it.</summary>
    public LoraAdapter? Adapter { get; }

    /// <summary>Applies the layer.</summary>
    /// <param name="x"><c>[N, in]</c></param>
    /// <param name="dropout">The adapter's dropout; <see langword="null"/> drops nothing.</param>
    /// <returns><c>[N, out]</c>, in x's type.</returns>
    public Tensor Apply(Tensor x, RandomGenerator? dropout)
        => Adapter is null ? SmallBatchLinear.Apply(x, WeightFor(x), BiasFor(x)) : ApplyAll([this], x, dropout)[0];

    /// <summary>Applies layers that read the same rows; their weights are then read in one go.</summary>
    /// <returns>Of each layer what <see cref="Apply"/> gives.</returns>
    internal static Tensor[] ApplyAll(LinearLayer[] layers, Tensor x, RandomGenerator? dropout)
    {
        var weights = Array.ConvertAll(layers, layer => layer.WeightFor(x));
        var biases = Array.ConvertAll(layers, layer => layer.BiasFor(x));
        if (Array.TrueForAll(layers, layer => layer.Adapter is null))
        {
            return SmallBatchLinear.ApplyMany(x, weights, biases);
        }

        if (Array.TrueForAll(layers, layer => !layer.Weight.RequiresGrad && (layer.Adapter?.IsPlain(dropout) ?? true)))
        {
            return LoraLinear.ApplyMany(
                x,
                weights,
                biases,
                Array.ConvertAll(layers, layer => layer.Adapter?.A),
                Array.ConvertAll(layers, layer => layer.Adapter?.B),
                Array.ConvertAll(layers, layer => layer.Adapter?.Scale ?? 0));
        }

        return Array.ConvertAll(
            layers, layer => layer.Adapter?.Apply(x, layer.WeightFor(x), layer.BiasFor(x), dropout) ?? SmallBatchLinear.Apply(x, layer.WeightFor(x), layer.BiasFor(x)));
    }

    /// <summary>The gated activation of two layers that read the same rows.</summary>
    /// <returns><c>activation(gate x) * up x</c>. <c>[N, F]</c></returns>
    internal static Tensor ApplyGated(LinearLayer gate, LinearLayer up, Tensor x, Activation activation, RandomGenerator? dropout)
    {
        if (gate.Adapter is null && up.Adapter is null)
        {
            return SmallBatchLinear.ApplyGated(x, gate.WeightFor(x), up.WeightFor(x), gate.BiasFor(x), up.BiasFor(x), activation);
        }

        var products = ApplyAll([gate, up], x, dropout);
        return GatedActivation.Apply(products[0], products[1], activation);
    }

    /// <summary>The same weights with what an adapter has for this linear.</summary>
    internal LinearLayer With(AdapterSet? adapter)
        => new(Shape.Name, Weight, Bias, adapter?.Adapters.GetValueOrDefault(Shape.Name), Shape.IsHead);

    // Where every weight learns, masters are fp32 and products may be bfloat16: the cast is part of the graph.
    private Tensor WeightFor(Tensor x) => Weight.To(x.DType);

    private Tensor? BiasFor(Tensor x) => Bias?.To(x.DType);
}
