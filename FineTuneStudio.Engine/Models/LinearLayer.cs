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
    {
        // Where every weight learns, masters are fp32 and products may be bfloat16: the cast is part of the graph.
        var weight = Weight.To(x.DType);
        var bias = Bias?.To(x.DType);
        return Adapter is null ? SmallBatchLinear.Apply(x, weight, bias) : Adapter.Apply(x, weight, bias, dropout);
    }

    /// <summary>Applies layers that read the same rows; their weights are then read in one go.</summary>
    /// <returns>Of each layer what <see cref="Apply"/> gives.</returns>
    internal static Tensor[] ApplyAll(ReadOnlySpan<LinearLayer> layers, Tensor x, RandomGenerator? dropout)
    {
        var results = new Tensor[layers.Length];
        var (weights, biases) = (new Tensor[layers.Length], new Tensor?[layers.Length]);
        var isPlain = true;
        for (var index = 0; index < layers.Length; index++)
        {
            weights[index] = layers[index].Weight.To(x.DType);
            biases[index] = layers[index].Bias?.To(x.DType);
            isPlain &= layers[index].Adapter is null;
        }

        if (isPlain)
        {
            return SmallBatchLinear.ApplyMany(x, weights, biases);
        }

        for (var index = 0; index < layers.Length; index++)
        {
            results[index] = layers[index].Apply(x, dropout);
        }

        return results;
    }

    /// <summary>The same weights with what an adapter has for this linear.</summary>
    internal LinearLayer With(AdapterSet? adapter)
        => new(Shape.Name, Weight, Bias, adapter?.Adapters.GetValueOrDefault(Shape.Name), Shape.IsHead);
}
