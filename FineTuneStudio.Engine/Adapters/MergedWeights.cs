using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>A model's tensors with an adapter in them, made one at a time, or a few rows of one.</summary>
internal sealed class MergedWeights
{
    public const string HeadName = Head + Suffix;
    public const string EmbeddingName = Embedding + Suffix;

    private const string Head = "lm_head";
    private const string Embedding = "model.embed_tokens";
    private const string Suffix = ".weight";

    private readonly ITensorSource _files;
    private readonly AdapterSet? _adapters;
    private readonly bool _isTied;

    /// <param name="files">The base.</param>
    /// <param name="adapters">Loaded for that model; <see langword="null"/> gives the base itself.</param>
    /// <param name="isTied">Whether the head is the embedding, also where the files hold a head nevertheless.</param>
    /// <exception cref="UserErrorException">The adapter is of another model.</exception>
    public MergedWeights(ITensorSource files, AdapterSet? adapters, bool isTied)
    {
        _files = files;
        _adapters = adapters;
        _isTied = isTied;
        CheckFit();
    }

    /// <summary>Whether head and embedding, where they are one in the base, are two now: one of them changed alone.</summary>
    public bool PartsHead => _adapters is not null
        && (_adapters.SavedModules.ContainsKey(Head) || _adapters.SavedModules.ContainsKey(Embedding) || _adapters.Adapters.ContainsKey(Head));

    /// <summary>Whether the head, of which the base's files have no tensor, becomes one of its own.</summary>
    public bool HeadBecomesItsOwn => PartsHead && Stored(HeadName) is null;

    /// <summary>What the file says of a tensor, or <see langword="null"/> where there is none.</summary>
    public SafetensorsEntry? Find(string name) => Stored(name) ?? (name == HeadName && HeadBecomesItsOwn ? _files.Find(EmbeddingName) : null);

    /// <summary>A tensor. Released with the caller's scope, unless it is the adapter's own.</summary>
    /// <param name="name">Name in the hub's files.</param>
    /// <param name="rows">Takes the rows that are wanted of a tensor; <see langword="null"/> takes all.</param>
    /// <returns>In fp32 where the adapter changes it, else as stored.</returns>
    public Tensor Get(string name, Func<Tensor, Tensor>? rows = null)
    {
        rows ??= tensor => tensor;
        var module = ModuleOf(name);
        var weight = rows(_adapters?.SavedModules.GetValueOrDefault(module) ?? _files.Get(Stored(name) is null ? EmbeddingName : name));
        if (_adapters?.ExpertTensors.TryGetValue(name, out var experts) == true)
        {
            return experts.Adapter.MergeRows(experts.Tensor, weight, rows);
        }

        return _adapters?.Adapters.GetValueOrDefault(module) is { } adapter ? adapter.MergeRows(weight, rows) : weight;
    }

    private SafetensorsEntry? Stored(string name) => _isTied && name == HeadName ? null : _files.Find(name);

    private static string ModuleOf(string name) => name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : "";

    private void CheckFit()
    {
        if (_adapters?.ExpertTensors.Keys.FirstOrDefault(name => _files.Find(name) is null) is { } absent)
        {
            throw new UserErrorException(_files.Path, $"The adapter changes '{absent}', which is absent here. It was made for another model.");
        }

        foreach (var adapter in _adapters?.Adapters.Values ?? [])
        {
            long[] shape = [adapter.B.Size(0), adapter.A.Size(1)];
            var weight = Find(adapter.Module + Suffix);
            if (weight is null || !weight.Shape.SequenceEqual(shape))
            {
                throw new UserErrorException(_files.Path, $"The adapter changes '{adapter.Module}' of [{string.Join(", ", shape)}], which is {weight?.ShapeText ?? "absent"} here. It was made for another model.");
            }
        }
    }
}
