using Xunit;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>A made-up model's weights: drawn when the reference asks for them, so that it alone says which there are.</summary>
/// <param name="seed">The same seed draws the same weights.</param>
/// <param name="type"><c>F32</c>, <c>F16</c> or <c>BF16</c>.</param>
/// <param name="layout">How the file holds the layers' matrices.</param>
internal sealed class ReferenceWeights(int seed, string type = "F32", PublishedLayout layout = PublishedLayout.Plain)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, ReferenceTensor> _tensors = new(StringComparer.Ordinal);
    private readonly List<StoredTensor> _stored = [];
    private bool _isClosed;

    /// <summary>Every tensor asked for so far.</summary>
    public IReadOnlyDictionary<string, ReferenceTensor> All => _tensors;

    /// <summary>What the folder's files hold.</summary>
    public IReadOnlyList<StoredTensor> Stored => _stored;

    /// <summary>From now on nothing new is drawn: a network that asks for more than its folder holds is wrong.</summary>
    public void Close() => _isClosed = true;

    /// <summary>A tensor that the files hold and the network has no use for.</summary>
    public void AddUnused(StoredTensor tensor) => _stored.Add(tensor);

    /// <summary>The numbers of a weight.</summary>
    public double[] Get(string name, WeightRole role, params int[] shape)
    {
        if (_tensors.TryGetValue(name, out var known))
        {
            Assert.Equal(shape, known.Shape);
            return known.Values;
        }

        Assert.False(_isClosed, $"{name} is asked for, but was not written.");
        var count = shape.Aggregate(1, (product, size) => product * size);
        double[] values;
        if (PackedTensors.IsPacked(layout, role))
        {
            values = PackedTensors.Draw(layout, name, shape, _random, _stored);
        }
        else
        {
            var (mean, deviation) = Spread(role, shape);
            values = new double[count];
            for (var index = 0; index < count; index++)
            {
                values[index] = mean + (deviation * Normal());
            }

            _stored.Add(new StoredTensor(name, type, shape, NumberBytes.Round(values, type)));
        }

        _tensors.Add(name, new ReferenceTensor(shape, values, role));
        return values;
    }

    /// <summary>Sets a weight to other numbers.</summary>
    public void Replace(string name, double[] values) => _tensors[name] = _tensors[name] with { Values = values };

    /// <summary>The same weights, to be changed.</summary>
    public ReferenceWeights Copy()
    {
        var copy = new ReferenceWeights(seed, type, layout) { _isClosed = true };
        foreach (var (name, tensor) in _tensors)
        {
            copy._tensors.Add(name, tensor.Copy());
        }

        return copy;
    }

    /// <summary>The same weights as the files' type holds them.</summary>
    public ReferenceWeights Rounded()
    {
        var copy = Copy();
        foreach (var tensor in copy._tensors.Values)
        {
            NumberBytes.Round(tensor.Values, type);
        }

        return copy;
    }

    private static (double Mean, double Deviation) Spread(WeightRole role, int[] shape) => role switch
    {
        WeightRole.Linear => (0, 1.3 / Math.Sqrt(shape[1])),
        WeightRole.Stack => (0, 1.3 / Math.Sqrt(shape[^2])),
        WeightRole.Router or WeightRole.BareRouter => (0, 2 / Math.Sqrt(shape[1])),
        WeightRole.Vocabulary => (0, 1.5 / Math.Sqrt(shape[1])),
        WeightRole.Factor => (1, 0.2),
        WeightRole.Offset => (0, 0.2),
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
