using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Exports;

/// <summary>A model folder with an adapter merged into its weights: for software that knows no adapters.</summary>
/// <remarks>
/// Names and element types are the base's; sums are fp32 and rounded once. Weights that the base has in few bits become 16-bit numbers, and its configuration
/// says so. A piece of one tensor lies in memory at a time, beside what had to be unpacked for it.
/// </remarks>
public static class MergedModel
{
    // Of a piece in fp32.
    private const long PieceBytes = 64L << 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly string[] TypeNames = ["dtype", "torch_dtype"];

    /// <summary>Writes the folder.</summary>
    /// <param name="baseFolder">The model that the adapter was made for.</param>
    /// <param name="adapters">Loaded for that model.</param>
    /// <param name="target">Must not exist, or be empty; appears whole or not at all.</param>
    /// <param name="progress">Bytes of tensors written, and of all; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at between pieces of tensors.</param>
    /// <exception cref="UserErrorException">There is something at the target already, or the adapter is of another model.</exception>
    public static void Write(string baseFolder, AdapterSet adapters, string target, Action<long, long>? progress, CancellationToken cancellationToken)
        => Write(baseFolder, adapters, target, progress, PieceBytes, WeightShards.LargestShard, cancellationToken);

    /// <summary>The same with limits of its own.</summary>
    /// <param name="baseFolder">The model that the adapter was made for.</param>
    /// <param name="adapters">Loaded for that model.</param>
    /// <param name="target">Must not exist, or be empty; appears whole or not at all.</param>
    /// <param name="progress">Bytes of tensors written, and of all; may be <see langword="null"/>.</param>
    /// <param name="pieceBytes">Most bytes, in fp32, that are made of a tensor at a time; at least a row.</param>
    /// <param name="shardBytes">Most bytes of tensors in a file.</param>
    /// <param name="cancellationToken">Looked at between pieces of tensors.</param>
    internal static void Write(
        string baseFolder, AdapterSet adapters, string target, Action<long, long>? progress, long pieceBytes, long shardBytes, CancellationToken cancellationToken)
    {
        target = Path.GetFullPath(target);
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new UserErrorException(target, "There is something here already; name a folder that is empty or new.");
        }

        var temporary = $"{target}.{Guid.NewGuid():N}{DurableFile.TemporarySuffix}";
        try
        {
            WriteFolder(baseFolder, adapters, temporary, progress, pieceBytes, shardBytes, cancellationToken);
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

    /// <summary>Bytes of the tensors that are written, from headers alone.</summary>
    /// <exception cref="UserErrorException">There are no weights, or the adapter is of another model.</exception>
    internal static long BytesOf(string baseFolder, AdapterSet adapters)
    {
        var config = ModelConfigFile.Read(baseFolder);
        using var source = new RecentTensor(ModelFolder.Weights(SafetensorsFolder.Open(baseFolder)));
        var weights = new MergedWeights(source, adapters, config.TiedEmbeddings);
        return Names(config, weights, source).Sum(name => weights.Find(name)!.Elements * TypeOf(name, weights, source).Size());
    }

    private static void WriteFolder(
        string baseFolder, AdapterSet adapters, string folder, Action<long, long>? progress, long pieceBytes, long shardBytes, CancellationToken cancellationToken)
    {
        DurableFile.CreateFolder(folder);
        var config = ModelConfigFile.Read(baseFolder);
        using var source = new RecentTensor(ModelFolder.Weights(SafetensorsFolder.Open(baseFolder)));
        var weights = new MergedWeights(source, adapters, config.TiedEmbeddings);
        foreach (var name in FolderCopy.Companions(baseFolder))
        {
            FolderCopy.File(Path.Combine(baseFolder, name), Path.Combine(folder, name));
        }

        var (written, total) = (0L, 0L);
        void Told(long bytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Invoke(written, total);
            written += bytes;
        }

        var names = Names(config, weights, source).ToList();
        List<SafetensorsItem> items = [.. names.Select(name => Item(weights, name, TypeOf(name, weights, source), pieceBytes, Told) with { Name = source.StoredName(name) })];
        total = Math.Max(1, items.Sum(item => item.Bytes));
        WeightShards.Write(folder, items, shardBytes);
        RewriteConfiguration(
            Path.Combine(folder, ModelConfigFile.FileName), weights.PartsHead && config.TiedEmbeddings, [.. items.Where((_, index) => source.IsQuantised(names[index]))]);
    }

    // In the network's order, so that a shard holds whole layers; then what the network does not use, but for a head that a tied base's files hold beside.
    private static IEnumerable<string> Names(ModelConfig config, MergedWeights weights, RecentTensor source)
        => WeightPlan.Of(config).Select(slot => slot.Name)
            .Concat(source.Names.Order(StringComparer.Ordinal))
            .Where(name => weights.Find(name) is not null)
            .Concat(weights.HeadBecomesItsOwn ? [MergedWeights.HeadName] : [])
            .Distinct(StringComparer.Ordinal);

    // What was packed comes out of its few bits in 16 bits or, of FP8, in 32.
    private static DType TypeOf(string name, MergedWeights weights, RecentTensor source)
    {
        var type = weights.Find(name)!.Type;
        var dtype = type.DType ?? throw new UserErrorException(source.Path, $"Tensor '{name}' holds {type.Name}, without the scales that would make numbers of it. Fetch the model again.");
        return source.IsQuantised(name) && dtype == DType.Float32 ? DType.BFloat16 : dtype;
    }

    private static SafetensorsItem Item(MergedWeights weights, string name, DType dtype, long pieceBytes, Action<long> told)
    {
        var shape = weights.Find(name)!.Shape;
        var item = new SafetensorsItem(name, dtype, shape, () => Made(rows: null, 1));
        if (shape.Count == 0 || item.Bytes == 0)
        {
            return item;
        }

        var row = item.Bytes / shape[0];
        var rowsAtOnce = Math.Max(1, pieceBytes * dtype.Size() / DType.Float32.Size() / row);
        return item with
        {
            Pieces =
            [
                .. Enumerable.Range(0, checked((int)((shape[0] + rowsAtOnce - 1) / rowsAtOnce))).Select(piece => (Func<Tensor>)(() =>
                {
                    var first = piece * rowsAtOnce;
                    var count = Math.Min(rowsAtOnce, shape[0] - first);
                    return Made(tensor => tensor.Narrow(0, first, count), count * row);
                })),
            ],
        };

        Tensor Made(Func<Tensor, Tensor>? rows, long bytes)
        {
            told(bytes);
            return weights.Get(name, rows).To(dtype);
        }
    }

    private static void RewriteConfiguration(string path, bool unties, List<SafetensorsItem> unpacked)
    {
        if (!unties && unpacked.Count == 0)
        {
            return;
        }

        var config = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        if (unties)
        {
            config["tie_word_embeddings"] = false;
            if (config["text_config"] is JsonObject text)
            {
                text["tie_word_embeddings"] = false;
            }
        }

        if (unpacked.Count > 0)
        {
            config.Remove("quantization_config");
            var name = unpacked.GroupBy(item => item.DType).MaxBy(group => group.Sum(item => item.Bytes))!.Key == DType.Float16 ? "float16" : "bfloat16";
            var names = TypeNames.Where(config.ContainsKey).DefaultIfEmpty("torch_dtype").ToList();
            names.ForEach(field => config[field] = name);
        }

        DurableFile.WriteAllText(path, config.ToJsonString(Indented) + "\n");
    }
}
