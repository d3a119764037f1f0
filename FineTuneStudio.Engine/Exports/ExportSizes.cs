using System.Globalization;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Exports;

/// <summary>How large the forms of an adapter become, from the headers of its files and its base's.</summary>
public sealed class ExportSizes : IDisposable
{
    private readonly string _adapterFolder;
    private readonly string _modelFolder;
    private readonly AdapterSet _adapters;
    private readonly long _baseBytes;
    private readonly bool _isQuantised;

    /// <param name="adapterFolder">The adapter, in PEFT layout.</param>
    /// <param name="modelFolder">The base model's folder.</param>
    /// <exception cref="UserErrorException">One of the two is damaged, or they do not belong together.</exception>
    public ExportSizes(string adapterFolder, string modelFolder)
    {
        (_adapterFolder, _modelFolder) = (adapterFolder, modelFolder);
        var files = SafetensorsFolder.Open(modelFolder);
        var source = ModelFolder.Weights(files);
        _baseBytes = files.Names.Sum(name => files.Find(name)!.Bytes);
        _isQuantised = source.Names.Any(source.IsQuantised);
        _adapters = AdapterSet.LoadShapes(adapterFolder, ModelFolder.Linears(modelFolder));
    }

    /// <summary>The size of a form; <see langword="null"/> where the form cannot hold the adapter.</summary>
    /// <param name="format">The form.</param>
    /// <param name="type">How a GGUF file stores matrices.</param>
    public ExportSize? Find(ExportFormat format, GgufWeightType type)
    {
        try
        {
            return format switch
            {
                ExportFormat.Peft => new(AdapterArchive.BytesOf(_adapterFolder), Note: null),
                ExportFormat.GgufLora => new(GgufAdapter.BytesOf(_modelFolder, _adapters, type), Note: null),
                ExportFormat.Merged => OfModel(MergedModel.BytesOf(_modelFolder, _adapters) + FolderCopy.Companions(_modelFolder).Sum(name => new FileInfo(Path.Combine(_modelFolder, name)).Length)),
                _ => OfModel(GgufModel.BytesOf(_modelFolder, _adapters, type)),
            };
        }
        catch (UserErrorException)
        {
            // Making it says why.
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _adapters.Dispose();

    private ExportSize OfModel(long bytes) => new(bytes, _isQuantised && bytes > _baseBytes
        ? string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / _baseBytes:0.0} times the base's {ByteSize.Text(_baseBytes)}: its weights are packed in fewer bits than this form has.")
        : null);
}
