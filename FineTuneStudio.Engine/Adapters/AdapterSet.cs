using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>All that is learnt beside one frozen model: a low-rank pair for each chosen linear and expert, and modules saved whole.</summary>
/// <remarks>Owns its tensors. Several sets may stand beside one model at once; a model view holds at most one.</remarks>
public sealed class AdapterSet : IDisposable
{
    private const string TargetsField = "lora.targets";

    private readonly SortedDictionary<string, LoraAdapter> _adapters;
    private readonly SortedDictionary<string, ExpertAdapter> _expertAdapters;
    private readonly SortedDictionary<string, Tensor> _savedModules;
    private Dictionary<string, (ExpertAdapter Adapter, ExpertTensor Tensor)>? _expertTensors;

    internal AdapterSet(
        AdapterConfiguration configuration,
        IEnumerable<LoraAdapter> adapters,
        IEnumerable<ExpertAdapter> expertAdapters,
        IEnumerable<KeyValuePair<string, Tensor>> savedModules)
    {
        Configuration = configuration;
        _adapters = new(adapters.ToDictionary(adapter => adapter.Module), StringComparer.Ordinal);
        _expertAdapters = new(expertAdapters.ToDictionary(adapter => adapter.Shape.Name), StringComparer.Ordinal);
        _savedModules = new(savedModules.ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>Ranks, scales, targets, as they are written: where pairs are taken off what they began as, the rank is twice that of what learns.</summary>
    public AdapterConfiguration Configuration { get; }

    /// <summary>The pairs by their linear's full name.</summary>
    public IReadOnlyDictionary<string, LoraAdapter> Adapters => _adapters;

    /// <summary>The pairs of experts by their parameter's full name.</summary>
    public IReadOnlyDictionary<string, ExpertAdapter> ExpertAdapters => _expertAdapters;

    /// <summary>Weights that replace the base's, by module name (<c>lm_head</c>); fp32.</summary>
    public IReadOnlyDictionary<string, Tensor> SavedModules => _savedModules;

    /// <summary>Every tensor that learns, under its name in a text model's <c>adapter_model.safetensors</c>, in a fixed order.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters =>
    [
        .. _adapters.Values.SelectMany(AdapterNames.Of),
        .. _expertAdapters.Values.SelectMany(AdapterNames.Of),
        .. _savedModules.Select(pair => KeyValuePair.Create(AdapterNames.Saved(pair.Key), pair.Value)),
    ];

    /// <summary>What <see cref="Save"/> writes; tensors made for it are released with the caller's scope.</summary>
    internal IEnumerable<SafetensorsItem> Written =>
    [
        .. _adapters.Values.SelectMany(WrittenOf)
            .Concat(_expertAdapters.Values.SelectMany(AdapterNames.Of).Select(pair => SafetensorsItem.Of(pair.Key, pair.Value)))
            .Concat(_savedModules.Select(pair => SafetensorsItem.Of(AdapterNames.Saved(pair.Key), pair.Value)))
            .Select(item => item with { Name = WrittenName(item.Name) }),
    ];

    /// <summary>Size of the tensors that <see cref="Save"/> writes.</summary>
    internal long WrittenBytes => Written.Sum(item => item.Shape.Aggregate(1L, (product, size) => product * size) * item.DType.Size());

    /// <summary>The model's tensors that adapters of experts change, by name in its files, each with what it holds.</summary>
    internal IReadOnlyDictionary<string, (ExpertAdapter Adapter, ExpertTensor Tensor)> ExpertTensors
        => _expertTensors ??= _expertAdapters.Values
            .SelectMany(adapter => adapter.Shape.Tensors.Select(tensor => (Adapter: adapter, Tensor: tensor)))
            .ToDictionary(pair => pair.Tensor.Name, StringComparer.Ordinal);

    /// <summary>Weights that learn.</summary>
    public long ParameterCount => Parameters.Sum(pair => pair.Value.ElementCount);

    /// <summary>What learns, for a person: <c>q_proj (48), v_proj (48), gate_up_proj of 128 experts (48)</c>; in brackets how many of them.</summary>
    public string Description => string.Join(", ", _adapters.Values.Select(adapter => adapter.Module[(adapter.Module.LastIndexOf('.') + 1)..])
        .Concat(_expertAdapters.Values.Select(adapter => $"{adapter.Shape.LastPart} of {adapter.Shape.Experts} experts"))
        .Concat(_savedModules.Keys.Select(module => $"all of {module}"))
        .GroupBy(part => part, StringComparer.Ordinal)
        .Select(group => $"{group.Key} ({group.Count()})"));

    /// <summary>
    /// A new adapter that changes nothing yet: A uniform in ±1/sqrt(in) (Kaiming, as PEFT) and B zero, or the principal part of each weight, which is taken off
    /// again. With DoRA, magnitudes are the weights' own.
    /// </summary>
    /// <param name="linears">The model's linears.</param>
    /// <param name="options">Rank, scale, targets.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="device">Where it shall live.</param>
    /// <param name="weights">Makes a linear's frozen weight, which DoRA and PiSSA begin with; <see langword="null"/> leaves zeros, to be filled by <see cref="Fill"/>.</param>
    /// <exception cref="UserErrorException">A target is no linear of the model, or experts are asked for something they do not have.</exception>
    public static AdapterSet Create(IReadOnlyList<LinearShape> linears, LoraOptions options, long seed, Device device = default, Func<LinearShape, Tensor>? weights = null)
    {
        var configuration = ConfigurationOf(linears, options);
        var chosen = Chosen(configuration, linears, TargetsField);
        using var generator = new RandomGenerator(seed);
        Tensor First(long rows, long inputs)
        {
            var bound = 1 / Math.Sqrt(inputs);
            return Tensor.Empty([rows, inputs], DType.Float32).FillUniform(-bound, bound, generator).To(device);
        }

        LoraAdapter Pair(LinearShape linear)
        {
            using var scope = TensorScope.Enter();
            Tensor Zeros(params long[] shape) => Tensor.Zeros(shape, DType.Float32, device);

            var frozen = options.Dora || options.Initialization == LoraInitialization.Pissa ? weights?.Invoke(linear) : null;
            var magnitude = !options.Dora ? null : frozen is null ? Zeros(linear.Outputs) : LoraAdapter.MagnitudesOf(frozen);
            if (options.Initialization == LoraInitialization.Default)
            {
                return new LoraAdapter(linear.Name, First(options.Rank, linear.Inputs), Zeros(linear.Outputs, options.Rank), options.Alpha, options.RsLora, options.Dropout, magnitude);
            }

            var (a, b) = frozen is null ? (Zeros(options.Rank, linear.Inputs), Zeros(linear.Outputs, options.Rank)) : PrincipalPart.Of(frozen, options.Rank, options.Scale(), generator);
            var start = new LoraStart(a.Clone().Own(), (b * -1).Own());
            return new LoraAdapter(linear.Name, a, b, options.Alpha, options.RsLora, options.Dropout, magnitude, start);
        }

        ExpertAdapter Pairs(ExpertShape shape, string module)
        {
            using var scope = TensorScope.Enter();
            var rank = (long)options.Rank * shape.Experts;
            return new ExpertAdapter(shape, module, First(rank, shape.Inputs), Tensor.Zeros([shape.Outputs, rank], DType.Float32, device), options.Alpha, options.RsLora);
        }

        return new AdapterSet(
            configuration, chosen.Linears.Select(Pair).ToList(), ExpertModules.Of(chosen.Experts).Select(pair => Pairs(pair.Shape, pair.Module)).ToList(), []);
    }

    /// <summary>Reads a folder in PEFT layout.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="linears">The linears of the model it is for.</param>
    /// <param name="device">Where it shall live.</param>
    /// <param name="dropout">While it learns on, in place of what the file says.</param>
    /// <exception cref="UserErrorException">No adapter, one of a kind that is not built, or one of another model; every fault at once.</exception>
    public static AdapterSet Load(string folder, IReadOnlyList<LinearShape> linears, Device device = default, double? dropout = null)
        => AdapterReader.Read(folder, linears, device, dropout);

    /// <summary>The same from the file's header alone: every tensor has its shape and is zero, and takes no memory, unless experts were linears of their own.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="linears">The linears of the model it is for.</param>
    /// <exception cref="UserErrorException">As of <see cref="Load"/>.</exception>
    internal static AdapterSet LoadShapes(string folder, IReadOnlyList<LinearShape> linears)
        => AdapterReader.Read(folder, linears, Device.Cpu, dropout: null, shapesOnly: true);

    /// <summary>Writes the folder in PEFT layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
    /// <param name="folder">Made where it is missing; files of these names are replaced.</param>
    /// <param name="baseModelName">The base's public name; paths of this machine are reduced to their last part.</param>
    public void Save(string folder, string baseModelName) => AdapterWriter.Write(this, folder, baseModelName);

    /// <summary>Sets every tensor to what a file of <see cref="Save"/> holds, to the bit.</summary>
    /// <param name="path">Written by an adapter of the same options.</param>
    internal void Fill(string path)
    {
        using var off = GradMode.Off();
        var file = SafetensorsFile.Open(path);
        foreach (var adapter in _adapters.Values)
        {
            using var scope = TensorScope.Enter();
            adapter.Fill(file.Get(WrittenName(AdapterNames.OfA(adapter))), file.Get(WrittenName(AdapterNames.OfB(adapter))));
        }

        var pairs = _adapters.Values.SelectMany(adapter => (Tensor[])[adapter.A, adapter.B]).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var (name, tensor) in Parameters.Where(pair => !pairs.Contains(pair.Value)))
        {
            using var scope = TensorScope.Enter();
            tensor.CopyFrom(file.Get(WrittenName(name)));
        }
    }

    /// <summary>What an adapter that <see cref="Create"/> would make stands beside, linears first.</summary>
    /// <exception cref="UserErrorException">A target is no linear of the model, or experts are asked for something they do not have.</exception>
    internal static IReadOnlyList<LinearShape> Wanted(IReadOnlyList<LinearShape> linears, LoraOptions options)
    {
        var chosen = Chosen(ConfigurationOf(linears, options), linears, TargetsField);
        return [.. chosen.Linears, .. chosen.Experts];
    }

    /// <summary>What a configuration chooses of a model.</summary>
    /// <param name="configuration">Targets and target parameters.</param>
    /// <param name="linears">The model's.</param>
    /// <param name="field">What messages call the place where targets are named.</param>
    /// <exception cref="UserErrorException">A target matches nothing.</exception>
    internal static (IReadOnlyList<LinearShape> Linears, IReadOnlyList<ExpertShape> Experts) Chosen(AdapterConfiguration configuration, IReadOnlyList<LinearShape> linears, string field)
        => (configuration.Targets.Choose(linears, field), ExpertTargets.Choose(configuration.TargetParameters, linears, field));

    /// <summary>Switches learning on or off for every tensor.</summary>
    public void SetTrainable(bool trainable)
    {
        foreach (var (_, tensor) in Parameters)
        {
            tensor.RequiresGrad = trainable;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var adapter in _adapters.Values)
        {
            adapter.Dispose();
        }

        foreach (var adapter in _expertAdapters.Values)
        {
            adapter.Dispose();
        }

        foreach (var tensor in _savedModules.Values)
        {
            tensor.Dispose();
        }
    }

    private string WrittenName(string name) => Configuration.NamesWholeModel ? AdapterNames.InWholeModel(name) : name;

    private static AdapterConfiguration ConfigurationOf(IReadOnlyList<LinearShape> linears, LoraOptions options)
    {
        var experts = ExpertTargets.Written(options.Targets, linears);
        UserErrorException.ThrowIfAny(experts.Count > 0 ? RefusedOnExperts(options) : []);

        // What a pair began as is written beside it: the scale must come out the same over twice the rank.
        var isTwice = options.Initialization == LoraInitialization.Pissa;
        return new()
        {
            Rank = isTwice ? 2 * options.Rank : options.Rank,
            Alpha = !isTwice ? options.Alpha : options.RsLora ? Math.Sqrt(2) * options.Alpha : 2 * options.Alpha,
            RankStabilised = options.RsLora,
            WeightDecomposed = options.Dora,
            Dropout = options.Dropout,
            Targets = AdapterTargets.Of(options.Targets.Where(target => !ExpertTargets.IsOne(target))),
            TargetParameters = experts,
            NamesWholeModel = linears.Any(linear => linear.IsInWholeModel),
        };
    }

    private static IEnumerable<UserError> RefusedOnExperts(LoraOptions options)
    {
        const string Remedy = "or leave experts out of lora.targets.";
        if (options.Dropout > 0)
        {
            yield return new("lora.dropout", $"Adapters on experts have no dropout, here and in PEFT. Set it to 0, {Remedy}");
        }

        if (options.Dora)
        {
            yield return new("lora.dora", $"Adapters on experts have no magnitudes, here and in PEFT. Switch it off, {Remedy}");
        }

        if (options.Initialization != LoraInitialization.Default)
        {
            yield return new("lora.initialization", $"Adapters on experts begin with default only. Leave it out, {Remedy}");
        }
    }

    private static IEnumerable<SafetensorsItem> WrittenOf(LoraAdapter adapter)
    {
        yield return Item(AdapterNames.OfA(adapter), adapter.A, 0, () => adapter.WholeA);
        yield return Item(AdapterNames.OfB(adapter), adapter.B, 1, () => adapter.WholeB);
        if (adapter.Magnitude is { } magnitude)
        {
            yield return SafetensorsItem.Of(AdapterNames.OfMagnitude(adapter), magnitude);
        }

        SafetensorsItem Item(string name, Tensor part, int dimension, Func<Tensor> whole)
        {
            var shape = part.Shape.ToArray();
            shape[dimension] *= adapter.Start is null ? 1 : 2;
            return new SafetensorsItem(name, part.DType, shape, whole);
        }
    }
}
