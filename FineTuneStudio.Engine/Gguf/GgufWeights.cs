using FineTuneStudio.Engine.Gguf.Architectures;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>The weights of a GGUF file under their hub names, in the hub's order of rows, blocks turned back into numbers.</summary>
internal sealed class GgufWeights : ITensorSource
{
    private const string HeadName = "lm_head.weight";
    private readonly GgufFile _file;
    private readonly Dictionary<string, (GgufSlot Slot, int Part)> _slots;

    /// <param name="path">The file.</param>
    /// <param name="config">The network that the file is of.</param>
    public GgufWeights(string path, ModelConfig config)
    {
        _file = GgufFile.Open(path);
        var untied = config with { TiedEmbeddings = false };
        _slots = GgufArchitecture.Of(config).PossibleSlots(untied)
            .Where(slot => _file.Entries.ContainsKey(slot.Name))
            .SelectMany(slot => slot.HubNames.Select((name, part) => KeyValuePair.Create(name, (slot, part))))
            .ToDictionary(StringComparer.Ordinal);
        Config = config with { TiedEmbeddings = !_slots.ContainsKey(HeadName) };
    }

    /// <summary>The network; its head is the embedding where the file has none.</summary>
    public ModelConfig Config { get; }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _slots.Keys;

    /// <inheritdoc/>
    public SafetensorsEntry? Find(string name)
    {
        if (!_slots.TryGetValue(name, out var place))
        {
            return null;
        }

        var entry = _file.Entries[place.Slot.Name];
        var shape = place.Slot.HubNames.Count == 1 ? entry.Shape : entry.Shape[1..];
        return new SafetensorsEntry(name, SafetensorsType.Of(RowEncoder.DTypeOf(entry.Type) ?? DType.Float32), shape, 0, shape.Aggregate(1L, (product, size) => product * size) * sizeof(float));
    }

    /// <inheritdoc/>
    public Tensor Get(string name)
    {
        var (slot, part) = _slots[name];
        var tensor = slot.HubNames.Count == 1 ? _file.Get(slot.Name) : _file.Get(slot.Name, part);
        return slot.GgufRows() is { } order ? tensor.IndexSelect(0, Tensor.From<long>(order)) : tensor;
    }
}
