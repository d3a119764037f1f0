using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>All that is learnt beside one frozen model: a low-rank pair for each chosen linear, and modules saved whole.</summary>
/// <remarks>Owns its tensors. Several sets may stand beside one model at once; a model view holds at most one.</remarks>
public sealed class AdapterSet : IDisposable
{
    private readonly SortedDictionary<string, LoraAdapter> _adapters;
    private readonly SortedDictionary<string, Tensor> _savedModules;

    internal AdapterSet(AdapterConfiguration configuration, IEnumerable<LoraAdapter> adapters, IEnumerable<KeyValuePair<string, Tensor>> savedModules)
    {
        Configuration = configuration;
        _adapters = new(adapters.ToDictionary(adapter => adapter.Module), StringComparer.Ordinal);
        _savedModules = new(savedModules.ToDictionary(), StringComparer.Ordinal);
    }

    /// <summary>Ranks, scales, targets.</summary>
    public AdapterConfiguration Configuration { get; }

    /// <summary>The pairs by their linear's full name.</summary>
    public IReadOnlyDictionary<string, LoraAdapter> Adapters => _adapters;

    /// <summary>Weights that replace the base's, by module name (<c>lm_head</c>); fp32.</summary>
    public IReadOnlyDictionary<string, Tensor> SavedModules => _savedModules;

    /// <summary>Every tensor that learns, under its name in <c>adapter_model.safetensors</c>, in a fixed order.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Parameters =>
    [
        .. _adapters.Values.SelectMany(AdapterNames.Of),
        .. _savedModules.Select(pair => KeyValuePair.Create(AdapterNames.Saved(pair.Key), pair.Value)),
    ];

    /// <summary>Weights that learn.</summary>
    public long ParameterCount => Parameters.Sum(pair => pair.Value.ElementCount);

    /// <summary>A new adapter that changes nothing yet: A uniform in ±1/sqrt(in) (Kaiming, as PEFT), B zero.</summary>
    /// <param name="linears">The model's linears.</param>
    /// <param name="options">Rank, scale, targets.</param>
    /// <param name="seed">The same seed gives the same bits.</param>
    /// <param name="device">Where it shall live.</param>
    /// <exception cref="UserErrorException">A target is no linear of the model.</exception>
    public static AdapterSet Create(IReadOnlyList<LinearShape> linears, LoraOptions options, long seed, Device device = default)
    {
        var configuration = new AdapterConfiguration
        {
            Rank = options.Rank,
            Alpha = options.Alpha,
            RankStabilised = options.RsLora,
            Dropout = options.Dropout,
            Targets = AdapterTargets.Of(options.Targets),
        };
        using var generator = new RandomGenerator(seed);
        var adapters = new List<LoraAdapter>();
        foreach (var linear in configuration.Targets.Choose(linears, "lora.targets"))
        {
            using var scope = TensorScope.Enter();
            var bound = 1 / Math.Sqrt(linear.Inputs);
            adapters.Add(new LoraAdapter(
                linear.Name,
                Tensor.Empty([options.Rank, linear.Inputs], DType.Float32).FillUniform(-bound, bound, generator).To(device),
                Tensor.Zeros([linear.Outputs, options.Rank], DType.Float32, device),
                options.Alpha,
                options.RsLora,
                options.Dropout));
        }

        return new AdapterSet(configuration, adapters, []);
    }

    /// <summary>Reads a folder in PEFT layout.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="linears">The linears of the model it is for.</param>
    /// <param name="device">Where it shall live.</param>
    /// <param name="dropout">While it learns on, in place of what the file says.</param>
    /// <exception cref="UserErrorException">No adapter, one of a kind that is not built, or one of another model; every fault at once.</exception>
    public static AdapterSet Load(string folder, IReadOnlyList<LinearShape> linears, Device device = default, double? dropout = null)
        => AdapterReader.Read(folder, linears, device, dropout);

    /// <summary>Writes the folder in PEFT layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
    /// <param name="folder">Made where it is missing; files of these names are replaced.</param>
    /// <param name="baseModelName">The base's public name; paths of this machine are reduced to their last part.</param>
    public void Save(string folder, string baseModelName) => AdapterWriter.Write(this, folder, baseModelName);

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

        foreach (var tensor in _savedModules.Values)
        {
            tensor.Dispose();
        }
    }
}
