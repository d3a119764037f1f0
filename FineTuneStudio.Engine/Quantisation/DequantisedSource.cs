using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Quantisation;

/// <summary>A folder with quantised weights, seen as the unquantised model: bitsandbytes' 4 bits, DeepSeek's FP8, gpt-oss's MXFP4.</summary>
internal sealed class DequantisedSource : ITensorSource
{
    private readonly SafetensorsFolder _files;
    private readonly Dictionary<string, DequantisedTensor> _tensors;
    private readonly HashSet<string> _names;

    private DequantisedSource(SafetensorsFolder files, IReadOnlyList<DequantisedTensor> tensors, IReadOnlySet<string> spent)
    {
        _files = files;
        _tensors = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _names = [.. files.Names.Where(name => !spent.Contains(name)), .. _tensors.Keys];
    }

    /// <inheritdoc/>
    public string Path => _files.Path;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>The folder itself where nothing in it is quantised.</summary>
    /// <exception cref="Contracts.UserErrorException">A quantised weight lacks a part, or one does not fit.</exception>
    public static ITensorSource Of(SafetensorsFolder files)
    {
        var (tensors, spent) = new QuantisedLayouts(files).Find();
        return tensors.Count == 0 ? files : new DequantisedSource(files, tensors, spent);
    }

    /// <inheritdoc/>
    public SafetensorsEntry? Find(string name)
    {
        if (_tensors.TryGetValue(name, out var tensor))
        {
            var elements = tensor.Shape.Aggregate(1L, (product, size) => product * size);
            return new SafetensorsEntry(name, SafetensorsType.Of(tensor.DType), tensor.Shape, 0, elements * tensor.DType.Size());
        }

        return _names.Contains(name) ? _files.Find(name) : null;
    }

    /// <inheritdoc/>
    public Tensor Get(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor.Load() : _files.Get(name);

    /// <inheritdoc/>
    public bool IsQuantised(string name) => _tensors.ContainsKey(name);

    /// <inheritdoc/>
    public void Forget(string name) => _files.Forget(name);

    /// <inheritdoc/>
    public void Fetch(string name) => _files.Fetch(name);

    /// <inheritdoc/>
    public PackedTensor? FindPacked(string name) => _tensors.GetValueOrDefault(name)?.LoadPacked?.Invoke();

    /// <inheritdoc/>
    public long? PackedBytes(string name) => _tensors.GetValueOrDefault(name) is { LoadPacked: not null } tensor ? tensor.PackedBytes : null;
}
