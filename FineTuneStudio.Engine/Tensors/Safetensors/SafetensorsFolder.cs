using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Tensors.Safetensors;

/// <summary>The weights of a model folder: one <c>model.safetensors</c>, or shards named by <c>model.safetensors.index.json</c>.</summary>
public sealed class SafetensorsFolder : ITensorSource
{
    /// <summary>The file of an unsharded model.</summary>
    public const string SingleFileName = "model.safetensors";

    /// <summary>The file that names the shards.</summary>
    public const string IndexFileName = "model.safetensors.index.json";

    private const long MaxIndexBytes = 64 << 20;
    private readonly Dictionary<string, SafetensorsFile> _fileOf;

    private SafetensorsFolder(string path, IReadOnlyList<SafetensorsFile> files, Dictionary<string, SafetensorsFile> fileOf)
    {
        Path = path;
        Files = files;
        _fileOf = fileOf;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The files, by name.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>Size of all tensors.</summary>
    public long Bytes => Files.Sum(file => file.Header.Entries.Values.Sum(entry => entry.Bytes));

    /// <summary>Every tensor's name.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Opens the folder's weights: headers only.</summary>
    /// <exception cref="UserErrorException">There are none, or an index or a header lies; every fault of every shard is listed.</exception>
    public static SafetensorsFolder Open(string path)
    {
        // As in transformers: the single file wins where both are there.
        var single = System.IO.Path.Combine(path, SingleFileName);
        if (File.Exists(single))
        {
            return FromFiles(path, [SafetensorsFile.Open(single)]);
        }

        var index = System.IO.Path.Combine(path, IndexFileName);
        if (File.Exists(index))
        {
            return FromIndex(path, index);
        }

        var other = Directory.EnumerateFiles(path)
            .Select(System.IO.Path.GetFileName)
            .FirstOrDefault(name => name!.EndsWith(".bin", StringComparison.Ordinal) || name.EndsWith(".pth", StringComparison.Ordinal) || name.EndsWith(".gguf", StringComparison.Ordinal));
        throw new UserErrorException(path, other is null
            ? $"There are no weights: neither {SingleFileName} nor {IndexFileName}."
            : $"There is {other}, but no {SingleFileName} or {IndexFileName}. Only safetensors is read, because pickled files can run code; fetch or convert the model in that format.");
    }

    /// <summary>What the header says of a tensor, or <see langword="null"/> where there is none.</summary>
    public SafetensorsEntry? Find(string name) => _fileOf.TryGetValue(name, out var file) ? file.Header.Entries[name] : null;

    /// <summary>A tensor, in place. The caller (or its scope) releases it.</summary>
    /// <exception cref="UserErrorException">There is none of this name, or its element type is none that can be computed with.</exception>
    public Tensor Get(string name) => _fileOf.TryGetValue(name, out var file)
        ? file.Get(name)
        : throw new UserErrorException(Path, $"There is no tensor '{name}'.");

    /// <summary>A tensor's bytes, whatever its type. The caller (or its scope) releases it. <c>[bytes]</c>, UInt8</summary>
    /// <exception cref="UserErrorException">There is none of this name.</exception>
    public Tensor GetBytes(string name) => _fileOf.TryGetValue(name, out var file)
        ? file.GetBytes(name)
        : throw new UserErrorException(Path, $"There is no tensor '{name}'.");

    /// <inheritdoc/>
    public void Forget(string name) => _fileOf.GetValueOrDefault(name)?.Forget(name);

    /// <inheritdoc/>
    public void Fetch(string name) => _fileOf.GetValueOrDefault(name)?.Fetch(name);

    /// <summary>Names of the shards that an index lists, before they are there; plain file names all.</summary>
    /// <exception cref="UserErrorException">The index is broken, or names what is no plain file name.</exception>
    public static IReadOnlyList<string> ShardNames(string index)
    {
        var names = ReadIndex(index).Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        names.ForEach(name => CheckShardName(index, name));
        return names;
    }

    private static SafetensorsFolder FromIndex(string folder, string index)
    {
        var map = ReadIndex(index);
        var errors = new List<UserError>();
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var name in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            try
            {
                files.Add(name, SafetensorsFile.Open(ShardPath(folder, index, name)));
            }
            catch (UserErrorException exception)
            {
                errors.AddRange(exception.Errors);
            }
        }

        foreach (var (tensor, name) in map)
        {
            if (files.TryGetValue(name, out var file) && !file.Contains(tensor))
            {
                errors.Add(new(index, $"Tensor '{tensor}' should be in {name}, which does not hold it."));
            }
        }

        UserErrorException.ThrowIfAny(errors);
        return FromFiles(folder, [.. files.Values]);
    }

    // An index from elsewhere must not make us open ../../etc/passwd, a device or a pipe.
    private static void CheckShardName(string index, string name)
    {
        if (name.Length == 0 || name != System.IO.Path.GetFileName(name) || name.Contains('\\', StringComparison.Ordinal) || name is "." or "..")
        {
            throw new UserErrorException(index, $"weight_map names the file '{name}'; only plain names of files beside the index are accepted.");
        }
    }

    private static string ShardPath(string folder, string index, string name)
    {
        CheckShardName(index, name);
        var path = System.IO.Path.Combine(folder, name);
        return File.Exists(path)
            ? path
            : throw new UserErrorException(index, $"weight_map names {name}, which is not in the folder. Fetch the missing shard.");
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        if (new FileInfo(index).Length > MaxIndexBytes)
        {
            throw new UserErrorException(index, $"The index is larger than {MaxIndexBytes} bytes.");
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index), new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out var weightMap) || weightMap.ValueKind != JsonValueKind.Object)
            {
                throw new UserErrorException(index, "There is no object 'weight_map' in the index.");
            }

            return weightMap.EnumerateObject().ToDictionary(
                entry => entry.Name,
                entry => entry.Value.ValueKind == JsonValueKind.String
                    ? entry.Value.GetString()!
                    : throw new UserErrorException(index, $"weight_map.{entry.Name} is no file name."),
                StringComparer.Ordinal);
        }
        catch (JsonException exception)
        {
            throw new UserErrorException(index, $"The index is broken JSON: {exception.Message}");
        }
    }

    private static SafetensorsFolder FromFiles(string path, IReadOnlyList<SafetensorsFile> files)
    {
        var fileOf = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var name in file.Names)
            {
                if (!fileOf.TryAdd(name, file))
                {
                    throw new UserErrorException(file.Header.Path, $"Tensor '{name}' is in {System.IO.Path.GetFileName(fileOf[name].Header.Path)} as well.");
                }
            }
        }

        return new SafetensorsFolder(path, files, fileOf);
    }
}
