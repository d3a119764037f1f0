using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Training.Estimation;

/// <summary>What estimates need of model folders, read once for each as long as its files stay as they are: a form asks anew with every change.</summary>
public sealed class ModelShapes
{
    // A person goes back and forth between a few; the headers of a large one are some megabytes.
    private const int Most = 4;

    private readonly Lock _gate = new();
    private readonly List<(string Folder, DateTime Written, ModelShape Shape)> _known = [];

    /// <summary>A folder's shape.</summary>
    /// <exception cref="UserErrorException">The folder holds no model that the engine knows.</exception>
    internal ModelShape Of(string folder)
    {
        var written = Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Select(File.GetLastWriteTimeUtc).DefaultIfEmpty().Max() : default;
        lock (_gate)
        {
            if (_known.Find(known => known.Folder == folder && known.Written == written) is { Shape: { } shape })
            {
                return shape;
            }
        }

        var config = ModelConfigFile.Read(folder);
        var read = new ModelShape(
            config,
            new Lazy<MemoryEstimate>(() => MemoryEstimate.Of(folder, config), LazyThreadSafetyMode.PublicationOnly),
            new Lazy<long>(() => config.IsTextPart ? ModelFolder.Weights(SafetensorsFolder.Open(folder)).BesideBytes : 0, LazyThreadSafetyMode.PublicationOnly));
        lock (_gate)
        {
            _known.RemoveAll(known => known.Folder == folder);
            _known.Add((folder, written, read));
            if (_known.Count > Most)
            {
                _known.RemoveAt(0);
            }
        }

        return read;
    }
}
