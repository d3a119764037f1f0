using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>Builds an <see cref="AdapterSet"/> from a folder in PEFT layout, every tensor accounted for.</summary>
internal sealed class AdapterReader
{
    private readonly SafetensorsFile _file;
    private readonly AdapterConfiguration _configuration;
    private readonly Device _device;
    private readonly bool _shapesOnly;
    private readonly Dictionary<string, string> _stored;
    private readonly HashSet<string> _unused;
    private readonly List<UserError> _errors = [];

    private AdapterReader(SafetensorsFile file, AdapterConfiguration configuration, Device device, bool shapesOnly)
    {
        _file = file;
        _configuration = configuration;
        _device = device;
        _shapesOnly = shapesOnly;
        _stored = new(StringComparer.Ordinal);
        foreach (var name in file.Names.Where(name => !_stored.TryAdd(OwnName(name), name)))
        {
            throw new UserErrorException(file.Header.Path, $"Tensor '{name}' is there twice: as '{_stored[OwnName(name)]}' as well.");
        }

        _unused = [.. _stored.Keys];
    }

    public static AdapterSet Read(string folder, IReadOnlyList<LinearShape> linears, Device device, double? dropout, bool shapesOnly = false)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(folder, "There is no such folder; expected an adapter in PEFT layout.");
        }

        var configuration = AdapterConfigurationFile.Read(Path.Combine(folder, AdapterFiles.Configuration));
        configuration = configuration with { Dropout = dropout ?? configuration.Dropout };
        RefuseAbsent(folder);
        var file = SafetensorsFile.Open(Path.Combine(folder, AdapterFiles.Weights));
        if (linears.Any(linear => linear.IsInWholeModel))
        {
            configuration = OfTextPart(configuration, file, linears) with { NamesWholeModel = true };
        }

        return new AdapterReader(file, configuration, device, shapesOnly).Read(linears);
    }

    // Targets and patterns mean the names of the model that the adapter was made beside, which its tensors tell: the whole one, now or before, or its text model.
    private static AdapterConfiguration OfTextPart(AdapterConfiguration configuration, SafetensorsFile file, IReadOnlyList<LinearShape> linears)
    {
        var modules = file.Names.Where(name => name.StartsWith(AdapterNames.Prefix, StringComparison.Ordinal)).Select(name => name[AdapterNames.Prefix.Length..]).ToList();
        return modules.Any(WholeModelNames.IsOlder) ? configuration.OfTextPart(linears, WholeModelNames.OlderOf)
            : modules.Any(name => WholeModelNames.FindOwn(name) is not null) ? configuration.OfTextPart(linears, WholeModelNames.Of)
            : configuration;
    }

    private static string OwnName(string name)
        => name.StartsWith(AdapterNames.Prefix, StringComparison.Ordinal) && WholeModelNames.FindOwn(name[AdapterNames.Prefix.Length..]) is { } own ? AdapterNames.Prefix + own : name;

    private static void RefuseAbsent(string folder)
    {
        if (File.Exists(Path.Combine(folder, AdapterFiles.Weights)))
        {
            return;
        }

        throw new UserErrorException(folder, File.Exists(Path.Combine(folder, AdapterFiles.Pickled))
            ? $"The weights are in {AdapterFiles.Pickled}, a pickle, which runs whatever code is in it when it is read; it is never opened here. Where you trust it, load it with PEFT and write it anew: model.save_pretrained(DIR, safe_serialization=True) makes {AdapterFiles.Weights}."
            : $"There is no {AdapterFiles.Weights}; this is no adapter folder in PEFT layout.");
    }

    private AdapterSet Read(IReadOnlyList<LinearShape> linears)
    {
        var separate = SeparateExperts.Find(_configuration, linears, _stored.ContainsKey);
        var all = separate is null ? linears : [.. linears, .. separate.Linears];
        var chosen = AdapterSet.Chosen(_configuration, all, Path.Combine(Path.GetDirectoryName(_file.Header.Path)!, AdapterFiles.Configuration));
        var adapters = new List<LoraAdapter>();
        var experts = new List<ExpertAdapter>();
        var saved = new List<KeyValuePair<string, Tensor>>();
        try
        {
            adapters.AddRange(chosen.Linears.Intersect(linears).Select(ReadAdapter).OfType<LoraAdapter>());
            experts.AddRange(ExpertModules.Of(chosen.Experts).Select(pair => ReadExperts(pair.Shape, pair.Module)).OfType<ExpertAdapter>());
            var configuration = _configuration;
            if (separate is not null)
            {
                (var joined, configuration) = separate.Join(ReadAdapter, _device);
                experts.AddRange(joined);
            }

            saved.AddRange(_configuration.ModulesToSave.SelectMany(ReadSaved).ToList());
            Refuse(_unused.Order(StringComparer.Ordinal).Take(5), name => $"Tensor '{_stored[name]}' belongs to no target of the configuration{(_unused.Count > 5 ? $" (nor do {_unused.Count - 5} more)" : "")}{(_configuration.NamesWholeModel ? ", or to the part that sees images, of which nothing is read" : "")}.");
            UserErrorException.ThrowIfAny(_errors);
            return new AdapterSet(configuration, adapters, experts, saved);
        }
        catch
        {
            adapters.ForEach(adapter => adapter.Dispose());
            experts.ForEach(adapter => adapter.Dispose());
            saved.ForEach(pair => pair.Value.Dispose());
            throw;
        }
    }

    private LoraAdapter? ReadAdapter(LinearShape linear)
    {
        using var scope = TensorScope.Enter();
        var rank = _configuration.RankOf(linear.Name);
        var name = AdapterNames.Prefix + linear.Name;
        var a = ReadTensor(name + AdapterNames.A, rank, linear.Inputs);
        var b = ReadTensor(name + AdapterNames.B, linear.Outputs, rank);
        var magnitude = _configuration.WeightDecomposed ? ReadTensor(name + AdapterNames.Magnitude, linear.Outputs) : null;
        return a is null || b is null
            ? null
            : new LoraAdapter(linear.Name, a, b, _configuration.AlphaOf(linear.Name), _configuration.RankStabilised, _configuration.Dropout, magnitude);
    }

    private ExpertAdapter? ReadExperts(ExpertShape shape, string module)
    {
        using var scope = TensorScope.Enter();
        var rows = (long)_configuration.RankOf(shape.Name) * shape.Experts;
        var name = AdapterNames.Prefix + module;
        var a = ReadTensor(name + AdapterNames.A, rows, shape.Inputs);
        var b = ReadTensor(name + AdapterNames.B, shape.Outputs, rows);
        return a is null || b is null ? null : new ExpertAdapter(shape, module, a, b, _configuration.AlphaOf(shape.Name), _configuration.RankStabilised);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> ReadSaved(string module)
    {
        var names = _unused.Where(name => name == AdapterNames.Saved(module) || name.EndsWith($".{module}.weight", StringComparison.Ordinal)).ToList();
        if (names.Count == 0)
        {
            _errors.Add(new(_file.Header.Path, $"modules_to_save names '{module}', but no tensor ends in '{module}.weight'."));
        }

        return names.Select(name => KeyValuePair.Create(name[AdapterNames.Prefix.Length..^".weight".Length], ReadWhole(name)));
    }

    private Tensor ReadWhole(string name)
    {
        using var scope = TensorScope.Enter();
        return ReadTensor(name, [.. _file.Header.Entries[_stored[name]].Shape])!.Own();
    }

    // Masters are fp32, and memory of ours: the optimizer writes into them.
    private Tensor? ReadTensor(string name, params long[] shape)
    {
        _unused.Remove(name);
        if (!_stored.TryGetValue(name, out var stored))
        {
            _errors.Add(new(_file.Header.Path, $"There is no tensor '{name}', which the configuration asks for."));
            return null;
        }

        var entry = _file.Header.Entries[stored];
        if (!entry.Shape.SequenceEqual(shape))
        {
            _errors.Add(new(_file.Header.Path, $"Tensor '{stored}' is {entry.ShapeText}; the model and the configuration need [{string.Join(", ", shape)}]. Is the adapter for another model?"));
            return null;
        }

        if (_shapesOnly)
        {
            return Tensor.Zeros([1], DType.Float32, _device).Expand(shape);
        }

        var mapped = _file.Get(stored);
        return Tensor.Empty(shape, DType.Float32, _device).CopyFrom(mapped);
    }

    private void Refuse(IEnumerable<string> names, Func<string, string> message)
        => _errors.AddRange(names.Select(name => new UserError(_file.Header.Path, message(name))));
}
