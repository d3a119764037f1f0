using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>A model folder with an adapter merged into its weights: for software that knows no adapters.</summary>
/// <remarks>Files, shards and element types are the base's; sums are fp32 and rounded once. One tensor lies in memory at a time.</remarks>
public static class MergedModel
{
    private const string ConfigName = "config.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the folder.</summary>
    /// <param name="baseFolder">The model that the adapter was made for.</param>
    /// <param name="adapters">Loaded for that model.</param>
    /// <param name="target">Must not exist, or be empty; appears whole or not at all.</param>
    /// <param name="cancellationToken">Looked at between tensors.</param>
    /// <exception cref="UserErrorException">There is something at the target already, or the adapter is of another model.</exception>
    public static void Write(string baseFolder, AdapterSet adapters, string target, CancellationToken cancellationToken)
    {
        target = Path.GetFullPath(target);
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new UserErrorException(target, "There is something here already; name a folder that is empty or new.");
        }

        var files = SafetensorsFolder.Open(baseFolder);
        var temporary = $"{target}.{Guid.NewGuid():N}{DurableFile.TemporarySuffix}";
        try
        {
            Write(files, baseFolder, adapters, temporary, cancellationToken);
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            DurableFile.MoveFolder(temporary, target);
        }
        catch
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }

            throw;
        }
    }

    private static void Write(SafetensorsFolder files, string baseFolder, AdapterSet adapters, string folder, CancellationToken cancellationToken)
    {
        DurableFile.CreateFolder(folder);
        MergedWeights.RefuseQuantised(files);
        var weights = new MergedWeights(files, adapters);
        foreach (var name in FolderCopy.Companions(baseFolder))
        {
            FolderCopy.File(Path.Combine(baseFolder, name), Path.Combine(folder, name));
        }

        if (Path.GetFileName(files.Files[0].Header.Path) != SafetensorsFolder.SingleFileName)
        {
            FolderCopy.File(Path.Combine(baseFolder, SafetensorsFolder.IndexFileName), Path.Combine(folder, SafetensorsFolder.IndexFileName));
        }

        foreach (var file in files.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var names = file.Names.ToList();
            if (weights.HeadBecomesItsOwn && ReferenceEquals(file, files.Files[^1]))
            {
                names.Add(MergedWeights.HeadName);
            }

            using var target = DurableFile.Create(Path.Combine(folder, Path.GetFileName(file.Header.Path)));
            SafetensorsWriter.Write(target.Stream, names.ConvertAll(name => Item(file, weights, name, cancellationToken)));
            target.Commit();
        }

        if (weights.HeadBecomesItsOwn)
        {
            Rewrite(Path.Combine(folder, ConfigName), config => config["tie_word_embeddings"] = false);
            Rewrite(Path.Combine(folder, SafetensorsFolder.IndexFileName), index => index["weight_map"]![MergedWeights.HeadName] = Path.GetFileName(files.Files[^1].Header.Path));
        }
    }

    private static SafetensorsItem Item(SafetensorsFile file, MergedWeights weights, string name, CancellationToken cancellationToken)
    {
        var entry = weights.Find(name)!;
        var dtype = entry.Type.DType ?? throw new UserErrorException(file.Header.Path, $"Tensor '{name}' holds {entry.Type.Name}; an adapter cannot be merged into quantised weights.");
        return new SafetensorsItem(name, dtype, entry.Shape, () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return weights.Get(name).To(dtype);
        });
    }

    private static void Rewrite(string path, Action<JsonObject> change)
    {
        if (!File.Exists(path))
        {
            return;
        }

        var json = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        change(json);
        DurableFile.WriteAllText(path, json.ToJsonString(Indented) + "\n");
    }
}
