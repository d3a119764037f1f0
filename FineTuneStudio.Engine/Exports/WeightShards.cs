using System.Globalization;
using System.Text.Json;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Exports;

/// <summary>A model's weights as files in Hugging Face layout: one <c>model.safetensors</c>, or shards and the index that names them.</summary>
internal static class WeightShards
{
    /// <summary>Most bytes of tensors in a file: what published models have.</summary>
    public const long LargestShard = 5_000_000_000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the files.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="items">Neighbours come into one file; a tensor larger than the limit gets a file of its own.</param>
    /// <param name="limit">Most bytes of tensors in a file.</param>
    public static void Write(string folder, IReadOnlyList<SafetensorsItem> items, long limit)
    {
        var shards = Shared(items, limit);
        if (shards.Count <= 1)
        {
            WriteFile(Path.Combine(folder, SafetensorsFolder.SingleFileName), items);
            return;
        }

        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var shard = 0; shard < shards.Count; shard++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"model-{shard + 1:D5}-of-{shards.Count:D5}.safetensors");
            WriteFile(Path.Combine(folder, name), shards[shard]);
            shards[shard].ForEach(item => map.Add(item.Name, name));
        }

        var index = new { metadata = new { total_size = items.Sum(item => item.Bytes) }, weight_map = map };
        DurableFile.WriteAllText(Path.Combine(folder, SafetensorsFolder.IndexFileName), JsonSerializer.Serialize(index, Indented) + "\n");
    }

    private static List<List<SafetensorsItem>> Shared(IReadOnlyList<SafetensorsItem> items, long limit)
    {
        var shards = new List<List<SafetensorsItem>>();
        var room = 0L;
        foreach (var item in items)
        {
            if (shards.Count == 0 || item.Bytes > room)
            {
                shards.Add([]);
                room = limit;
            }

            shards[^1].Add(item);
            room -= item.Bytes;
        }

        return shards;
    }

    private static void WriteFile(string path, IEnumerable<SafetensorsItem> items)
    {
        using var file = DurableFile.Create(path);
        SafetensorsWriter.Write(file.Stream, items);
        file.Commit();
    }
}
