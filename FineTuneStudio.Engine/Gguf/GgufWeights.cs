using FineTuneStudio.Engine.Gguf.Architectures;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>The weights of a GGUF file under their hub names, in the hub's order of rows, blocks turned back into numbers.</summary>
internal sealed class GgufWeights : ITensorSource
{
    private const string HeadName = "lm_head.weight";
    private readonly GgufFile _file;
    private readonly ILookup<string, (GgufSlot Slot, int Part)> _places;
    private readonly Dictionary<string, long[]> _shapes;

    /// <param name="path">The file.</param>
    /// <param name="config">The network that the file is of.</param>
    public GgufWeights(string path, ModelConfig config)
    {
        _file = GgufFile.Open(path);
        var (architecture, untied) = (GgufFamilies.Of(config), config with { TiedEmbeddings = false });
        _places = architecture.PossibleSlots(untied)
            .Where(slot => _file.Entries.ContainsKey(slot.Name))
            .SelectMany(slot => slot.HubNames.Select((name, part) => (name, place: (slot, part))))
            .ToLookup(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        _shapes = WeightPlan.Of(untied).Where(slot => _places.Contains(slot.Name)).ToDictionary(slot => slot.Name, slot => slot.Shape, StringComparer.Ordinal);

        // Where llama.cpp asks for a head, the file of a tied model has the embedding twice.
        Config = config with { TiedEmbeddings = !_places.Contains(HeadName) || (config.TiedEmbeddings && architecture.Traits.NeedsHead) };
    }

    /// <summary>The network; its head is the embedding where the file has none.</summary>
    public ModelConfig Config { get; }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _shapes.Keys;

    /// <inheritdoc/>
    public SafetensorsEntry? Find(string name)
    {
        if (!_shapes.TryGetValue(name, out var shape))
        {
            return null;
        }

        var type = RowEncoder.DTypeOf(_file.Entries[_places[name].First().Slot.Name].Type) ?? DType.Float32;
        return new SafetensorsEntry(name, SafetensorsType.Of(type), shape, 0, shape.Aggregate(1L, (product, size) => product * size) * type.Size());
    }

    /// <inheritdoc/>
    public Tensor Get(string name)
    {
        List<Tensor> files = [.. _places[name].Select(place => place.Slot.HubNames.Count == 1 ? _file.Get(place.Slot.Name) : _file.Get(place.Slot.Name, place.Part))];
        return _places[name].First().Slot.View.Restore(files);
    }
}
