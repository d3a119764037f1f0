using FineTuneStudio.Engine.Models.Experts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Verification;

/// <summary>Holds every router's choice against a reference's: <c>router.L.ids</c>, sorted ascending, with weights in the same order, and logits.</summary>
/// <remarks>A file that has ids alone gives them instead: the weights are then those of the model's own scores.</remarks>
internal sealed class RouterComparison
{
    private readonly SafetensorsFile _file;
    private readonly ReferenceBatch _batch;

    public RouterComparison(SafetensorsFile file, ReferenceBatch batch, int experts)
    {
        (_file, _batch) = (file, batch);
        var layers = file.Names.Where(name => name.EndsWith(".ids", StringComparison.Ordinal) && name.StartsWith("router.", StringComparison.Ordinal))
            .Select(name => int.Parse(name.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture))
            .Order()
            .ToList();
        if (layers.Count > 0 && !file.Contains(Name(layers[0], "weights")))
        {
            using var scope = TensorScope.Enter();
            Given = RoutingRecord.Of([.. layers.Select(layer => KeyValuePair.Create(layer, batch.Select(file.Get(Name(layer, "ids")))))], experts);
        }
    }

    /// <summary>The experts that the file gives, where it does.</summary>
    public RoutingRecord? Given { get; }

    /// <summary>Choices compared that are not the reference's; <see langword="null"/> where there was nothing to compare.</summary>
    public int? Differing { get; private set; }

    /// <summary>Largest difference of a logit or, where the choice is the same, of a weight.</summary>
    public double? Absolute { get; private set; }

    /// <summary>Compares a layer's choice.</summary>
    public void Observe(int layer, ExpertChoice choice)
    {
        if (Given is not null || !_file.Contains(Name(layer, "ids")))
        {
            return;
        }

        using var scope = TensorScope.Enter();
        var (ids, order) = choice.Ids.To(Device.Cpu).Sort(1, descending: false);
        var expected = _batch.Select(_file.Get(Name(layer, "ids"))).To(DType.Int64);
        var same = (ids - expected).EqualTo(0).To(DType.Float32);
        Differing = (Differing ?? 0) + (int)(same.ElementCount - same.Sum().Item());
        var weights = (choice.Weights.To(Device.Cpu).Gather(1, order) - _batch.Select(_file.Get(Name(layer, "weights")))) * same;
        var logits = ReferenceVerifier.Difference(choice.Logits, _batch.Select(_file.Get(Name(layer, "logits"))));
        Absolute = new[] { Absolute ?? 0, weights.Abs().Max().Item(), logits }.Max();
    }

    private static string Name(int layer, string what) => $"router.{layer}.{what}";
}
