using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Tests.Engine.Quantisation;

/// <summary>A quantised model of which some weights are numbers.</summary>
internal sealed class PartlyPackedSource(ITensorSource source, Func<string, bool> isNumbers) : ITensorSource
{
    public string Path => source.Path;

    public IReadOnlyCollection<string> Names => source.Names;

    public SafetensorsEntry? Find(string name) => source.Find(name);

    public Tensor Get(string name) => source.Get(name);

    public PackedTensor? FindPacked(string name) => isNumbers(name) ? null : source.FindPacked(name);

    public long? PackedBytes(string name) => isNumbers(name) ? null : source.PackedBytes(name);
}
