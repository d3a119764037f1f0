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
    private readonly List<(string Folder, List<(string Name, long Bytes, DateTime Written)> Files, ModelShape Shape)> _known = [];

    /// <summary>A folder's shape.</summary>
    /// <exception cref="UserErrorException">The folder holds no model that the engine knows.</exception>
    internal ModelShape Of(string folder)
    {
        var files = FilesOf(folder);
        lock (_gate)
        {
            if (_known.Find(known => known.Folder == folder && known.Files.SequenceEqual(files)) is { Shape: { } shape } hit)
            {
                // The one that was asked for last is forgotten last.
                _known.Remove(hit);
                _known.Add(hit);
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
            _known.Add((folder, files, read));
            if (_known.Count > Most)
            {
                _known.RemoveAt(0);
            }
        }

        return read;
    }

    // One that goes away meanwhile has no length.
    private static List<(string Name, long Bytes, DateTime Written)> FilesOf(string folder)
        => Directory.Exists(folder)
            ? [.. new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => (file.Name, file.Exists ? file.Length : -1, file.LastWriteTimeUtc))]
            : [];
}
