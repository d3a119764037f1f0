using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Tests.Support;

/// <summary>A golden model's folder of a test's own, to be broken.</summary>
internal sealed class ModelCopy : IDisposable
{
    public ModelCopy(string goldenName)
    {
        Directory.CreateDirectory(Path);
        foreach (var name in (string[])["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "generation_config.json"])
        {
            File.WriteAllBytes(At(name), File.ReadAllBytes(SharedData.Golden("models", goldenName, name)));
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("fts-model-").FullName;

    public string WeightsPath => At("model.safetensors");

    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Edits the configuration's text; what is sought must be there.</summary>
    public void ReplaceInConfig(string sought, string replacement)
    {
        var text = File.ReadAllText(At("config.json"));
        Xunit.Assert.Contains(sought, text, StringComparison.Ordinal);
        File.WriteAllText(At("config.json"), text.Replace(sought, replacement, StringComparison.Ordinal));
    }

    /// <summary>Writes the weights anew, after a change to what they are.</summary>
    public void ChangeWeights(Action<Dictionary<string, Tensor>> change)
    {
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(WeightsPath);
        var tensors = file.Names.ToDictionary(name => name, name => file.Get(name).Clone());
        change(tensors);
        using var stream = File.Create(WeightsPath + ".new");
        SafetensorsWriter.Write(stream, tensors);
        stream.Dispose();
        File.Move(WeightsPath + ".new", WeightsPath, overwrite: true);
    }

    /// <summary>Spreads the weights over two shards with an index.</summary>
    public void Shard()
    {
        using var scope = TensorScope.Enter();
        var file = SafetensorsFile.Open(WeightsPath);
        string[] shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        var parts = file.Names.Order().Chunk((file.Names.Count() / 2) + 1).ToArray();
        for (var shard = 0; shard < shards.Length; shard++)
        {
            using var stream = File.Create(At(shards[shard]));
            SafetensorsWriter.Write(stream, parts[shard].Select(name => KeyValuePair.Create(name, file.Get(name))));
        }

        var map = shards.SelectMany((shard, index) => parts[index].Select(name => $"\"{name}\": \"{shard}\""));
        File.WriteAllText(At("model.safetensors.index.json"), $$"""{"metadata": {}, "weight_map": { {{string.Join(", ", map)}} } }""");
        File.Delete(WeightsPath);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
