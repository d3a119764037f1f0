using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Models.Weights;

/// <summary>Weights of which a few rows are asked for at a time: what had to be unpacked for them stays until another tensor is asked for.</summary>
/// <param name="source">Where the weights lie.</param>
internal sealed class RecentTensor(ITensorSource source) : ITensorSource, IDisposable
{
    private string? _name;
    private Tensor? _tensor;

    public string Path => source.Path;

    public IReadOnlyCollection<string> Names => source.Names;

    public IReadOnlyList<string> Beside => source.Beside;

    public string StoredName(string name) => source.StoredName(name);

    public SafetensorsEntry? Find(string name) => source.Find(name);

    public bool IsQuantised(string name) => source.IsQuantised(name);

    public Tensor Get(string name)
    {
        // What is not packed lies in the mapped file, which costs nothing to ask again.
        if (!source.IsQuantised(name))
        {
            return source.Get(name);
        }

        if (_name != name || _tensor is null)
        {
            // Reading may fail; what is kept is gone already.
            _tensor?.Dispose();
            (_name, _tensor) = (name, null);
            _tensor = source.Get(name).Own();
        }

        return _tensor;
    }

    public void Dispose() => _tensor?.Dispose();
}
