using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Takes in adapters that were made when every expert's matrix was a linear of its own, and makes one pair an expert and product of them.</summary>
/// <remarks>
/// Gate and up become one product: its pair is as wide as both together, with the first factors one above the other and each second factor on
/// its own outputs, as transformers does since version 5. What differs in scale goes into the second factors.
/// </remarks>
internal sealed class SeparateExperts
{
    private readonly AdapterConfiguration _configuration;
    private readonly IReadOnlyList<LinearShape> _linears;
    private readonly List<ExpertShape> _shapes;

    private SeparateExperts(AdapterConfiguration configuration, IReadOnlyList<LinearShape> linears, List<ExpertShape> shapes)
    {
        (_configuration, _linears, _shapes) = (configuration, linears, shapes);
    }

    /// <summary>What a file has of this kind; <see langword="null"/> where it has nothing.</summary>
    /// <param name="configuration">Of the adapter.</param>
    /// <param name="linears">The model's.</param>
    /// <param name="contains">Whether the file holds a tensor.</param>
    public static SeparateExperts? Find(AdapterConfiguration configuration, IReadOnlyList<LinearShape> linears, Func<string, bool> contains)
    {
        bool IsThere(ExpertShape shape, ExpertTensor tensor) => Linear(shape, tensor) is { } linear && contains(AdapterNames.Prefix + linear.Name + AdapterNames.A);

        var shapes = linears.OfType<ExpertShape>().Where(shape => shape.Tensors.Any(tensor => IsThere(shape, tensor))).ToList();
        return shapes.Count == 0 ? null : new SeparateExperts(configuration, linears, shapes);
    }

    /// <summary>The experts' matrices as linears, so that targets are matched against them too.</summary>
    public IEnumerable<LinearShape> Linears => _shapes.SelectMany(shape => shape.Tensors.Select(tensor => Linear(shape, tensor)!));

    /// <summary>The pairs, and what their configuration is from now on.</summary>
    /// <param name="read">Reads a linear's pair; <see langword="null"/> where it is faulty, which has been noted.</param>
    /// <param name="device">Where they shall live.</param>
    public (IReadOnlyList<ExpertAdapter> Adapters, AdapterConfiguration Configuration) Join(Func<LinearShape, LoraAdapter?> read, Device device)
    {
        var adapters = ExpertModules.Of(_shapes).Select(pair => Join(pair.Shape, pair.Module, read, device)).ToList();
        var own = adapters.Select(adapter => (Key: adapter.Shape.Name.Replace(".", "\\.", StringComparison.Ordinal), Adapter: adapter)).ToList();
        var names = Linears.Select(linear => linear.LastPart).Where(name => !_linears.Any(AdapterTargets.Of([name]).Includes)).ToHashSet(StringComparer.Ordinal);
        return (adapters, _configuration with
        {
            Targets = _configuration.Targets.Without(names),
            TargetParameters = [.. adapters.Select(adapter => adapter.Shape.Name)],
            RankPattern = [.. own.Select(pair => KeyValuePair.Create(pair.Key, (double)pair.Adapter.Rank)), .. _configuration.RankPattern],
            AlphaPattern = [.. own.Select(pair => KeyValuePair.Create(pair.Key, pair.Adapter.Alpha)), .. _configuration.AlphaPattern],

            // PEFT refuses dropout beside parameters of experts.
            Dropout = 0,
        });
    }

    private static LinearShape? Linear(ExpertShape shape, ExpertTensor tensor)
        => tensor.Expert is null ? null : new LinearShape(tensor.Name[..tensor.Name.LastIndexOf('.')], shape.Inputs, tensor.Outputs);

    private ExpertAdapter Join(ExpertShape shape, string module, Func<LinearShape, LoraAdapter?> read, Device device)
    {
        using var scope = TensorScope.Enter();
        using var off = GradMode.Off();
        var parts = shape.Tensors.Select(tensor => tensor.FirstOutput).Distinct().Order().ToList();
        var chosen = shape.Tensors.Where(tensor => _configuration.Targets.Includes(Linear(shape, tensor)!)).ToList();
        var widths = parts.ConvertAll(part => (long)chosen.Where(tensor => tensor.FirstOutput == part).Select(tensor => _configuration.RankOf(Linear(shape, tensor)!.Name)).DefaultIfEmpty(0).Max());
        var rank = widths.Sum();
        var a = Tensor.Zeros([shape.Experts, rank, shape.Inputs], DType.Float32, device);
        var b = Tensor.Zeros([shape.Outputs, rank, shape.Experts], DType.Float32, device);
        double? scale = null;
        foreach (var tensor in chosen)
        {
            using var pair = read(Linear(shape, tensor)!);
            if (pair is not null)
            {
                scale ??= pair.Scale;
                var first = widths.Take(parts.IndexOf(tensor.FirstOutput)).Sum();
                a.Select(0, tensor.Expert!.Value).Narrow(0, first, pair.Rank).CopyFrom(pair.A);
                b.Select(2, tensor.Expert.Value).Narrow(0, tensor.FirstOutput, tensor.Outputs).Narrow(1, first, pair.Rank).CopyFrom(pair.B * (pair.Scale / scale.Value));
            }
        }

        var alpha = (scale ?? 1) * (_configuration.RankStabilised ? Math.Sqrt(rank) : rank);
        return new ExpertAdapter(shape, module, a.View(shape.Experts * rank, shape.Inputs), b.View(shape.Outputs, rank * shape.Experts), alpha, _configuration.RankStabilised);
    }
}
