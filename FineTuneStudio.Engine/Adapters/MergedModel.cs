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
    private const string Head = "lm_head";
    private const string Embedding = "model.embed_tokens";
    private const string Suffix = ".weight";

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
        CheckFit(files, adapters);
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
        var ownHead = HeadBecomesItsOwn(files, adapters);
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
            var items = file.Header.Entries.Values.Select(entry => Item(file, entry, adapters, cancellationToken)).ToList();
            var isLast = ReferenceEquals(file, files.Files[^1]);
            if (ownHead && isLast)
            {
                items.Add(OwnHead(files, adapters));
            }

            using var target = DurableFile.Create(Path.Combine(folder, Path.GetFileName(file.Header.Path)));
            SafetensorsWriter.Write(target.Stream, items);
            target.Commit();
        }

        if (ownHead)
        {
            Rewrite(Path.Combine(folder, ConfigName), config => config["tie_word_embeddings"] = false);
            Rewrite(Path.Combine(folder, SafetensorsFolder.IndexFileName), index => index["weight_map"]![Head + Suffix] = Path.GetFileName(files.Files[^1].Header.Path));
        }
    }

    private static SafetensorsItem Item(SafetensorsFile file, SafetensorsEntry entry, AdapterSet adapters, CancellationToken cancellationToken)
    {
        var dtype = entry.Type.DType ?? throw new UserErrorException(file.Header.Path, $"Tensor '{entry.Name}' holds {entry.Type.Name}; an adapter cannot be merged into quantised weights.");
        var module = entry.Name.EndsWith(Suffix, StringComparison.Ordinal) ? entry.Name[..^Suffix.Length] : "";
        return new SafetensorsItem(entry.Name, dtype, entry.Shape, () =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (adapters.SavedModules.TryGetValue(module, out var saved))
            {
                return saved.To(dtype);
            }

            var weight = file.Get(entry.Name);
            return adapters.Adapters.TryGetValue(module, out var adapter) ? adapter.Merge(weight).To(dtype) : weight;
        });
    }

    // A tied head is the embedding itself; once one of the two changes alone, the file must hold both.
    private static bool HeadBecomesItsOwn(SafetensorsFolder files, AdapterSet adapters)
        => files.Find(Head + Suffix) is null
            && (adapters.SavedModules.ContainsKey(Head) || adapters.SavedModules.ContainsKey(Embedding) || adapters.Adapters.ContainsKey(Head));

    private static SafetensorsItem OwnHead(SafetensorsFolder files, AdapterSet adapters)
    {
        var embedding = files.Find(Embedding + Suffix)!;
        var dtype = embedding.Type.DType!.Value;
        return new SafetensorsItem(Head + Suffix, dtype, embedding.Shape, () =>
        {
            var weight = adapters.SavedModules.GetValueOrDefault(Head) ?? files.Get(Embedding + Suffix);
            return (adapters.Adapters.TryGetValue(Head, out var adapter) ? adapter.Merge(weight) : weight).To(dtype);
        });
    }

    private static void CheckFit(SafetensorsFolder files, AdapterSet adapters)
    {
        foreach (var adapter in adapters.Adapters.Values)
        {
            long[] shape = [adapter.B.Size(0), adapter.A.Size(1)];
            var weight = files.Find(adapter.Module + Suffix) ?? (adapter.Module == Head ? files.Find(Embedding + Suffix) : null);
            if (weight is null || !weight.Shape.SequenceEqual(shape))
            {
                throw new UserErrorException(files.Path, $"The adapter changes '{adapter.Module}' of [{string.Join(", ", shape)}], which is {weight?.ShapeText ?? "absent"} here. It was made for another model.");
            }
        }
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
