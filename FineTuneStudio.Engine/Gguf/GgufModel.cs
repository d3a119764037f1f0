using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Architectures;
using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Safetensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>A whole model as one GGUF file for llama.cpp and what builds on it: weights (with an adapter in them), tokenizer and chat template.</summary>
/// <remarks>A few rows of one tensor lie in memory at a time. The base's rows are read in place; an adapter is added in fp32 and rounded once.</remarks>
public static class GgufModel
{
    /// <summary>Writes the file.</summary>
    /// <param name="baseFolder">The model, in Hugging Face layout.</param>
    /// <param name="adapters">Loaded for that model, or <see langword="null"/>.</param>
    /// <param name="type">How matrices are stored.</param>
    /// <param name="path">The file to be; appears whole or not at all.</param>
    /// <param name="progress">Bytes of tensors written, and of all; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at between parts of tensors; leaves nothing behind.</param>
    /// <returns>What a person should know: where llama.cpp does otherwise.</returns>
    /// <exception cref="UserErrorException">llama.cpp cannot hold the model, with the reason; or the adapter is of another model.</exception>
    public static IReadOnlyList<string> Write(
        string baseFolder, AdapterSet? adapters, GgufWeightType type, string path, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var config = ModelConfigFile.Read(baseFolder);
        var weights = new MergedWeights(SafetensorsFolder.Open(baseFolder), adapters);
        var architecture = GgufArchitecture.Of(config);
        var notes = new List<string>();
        var metadata = Describe(config, architecture, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(baseFolder))), type, notes);
        metadata.SetOptional("general.license", ModelLicence.Find(baseFolder));
        GgufTokenizer.Describe(Renderer.Load(baseFolder), config.VocabularySize, baseFolder, metadata, notes);
        var untied = weights.HeadBecomesItsOwn ? config with { TiedEmbeddings = false } : config;
        Write(path, metadata, Items(untied, architecture, name => weights.Find(name) is not null, weights.Get, type), progress, cancellationToken);
        return notes;
    }

    /// <summary>Writes a model in memory, without a tokenizer: for measurements.</summary>
    /// <param name="model">Its base weights.</param>
    /// <param name="type">How matrices are stored.</param>
    /// <param name="path">The file to be; appears whole or not at all.</param>
    /// <exception cref="UserErrorException">llama.cpp cannot hold the model, with the reason.</exception>
    public static void Write(CausalModel model, GgufWeightType type, string path)
    {
        var tensors = model.Parameters.ToDictionary();
        var architecture = GgufArchitecture.Of(model.Config);
        var metadata = Describe(model.Config, architecture, "measured", type, []);
        metadata.Set("tokenizer.ggml.model", "none");
        Write(path, metadata, Items(model.Config, architecture, tensors.ContainsKey, (name, rows) => rows?.Invoke(tensors[name]) ?? tensors[name], type), progress: null, CancellationToken.None);
    }

    private static void Write(string path, GgufMetadata metadata, List<GgufItem> items, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var total = items.Sum(item => item.Bytes);
        using var file = DurableFile.Create(path);
        GgufWriter.Write(file.Stream, metadata, items, progress is null ? null : written => progress(written, total), cancellationToken);
        file.Commit();
    }

    private static GgufMetadata Describe(ModelConfig config, GgufArchitecture architecture, string name, GgufWeightType type, List<string> notes)
    {
        var metadata = new GgufMetadata();
        metadata.Set("general.architecture", architecture.Name);
        metadata.Set("general.type", "model");
        metadata.Set("general.name", name);
        metadata.Set("general.file_type", WeightTypes.FileType(type));
        metadata.Set("general.quantization_version", 2u);
        ArchitectureMetadata.Describe(config, architecture, metadata, notes);
        return metadata;
    }

    private static List<GgufItem> Items(
        ModelConfig config, GgufArchitecture architecture, Func<string, bool> isThere, Func<string, Func<Tensor, Tensor>?, Tensor> get, GgufWeightType type)
    {
        var items = architecture.Slots(config, isThere)
            .Select(slot => new GgufItem(slot.Name, WeightTypes.Of(type, slot.Name, slot.Shape), slot.Shape, Rows(get, slot)))
            .ToList();
        if (RopeMetadata.Factors(config.Layers[0].Attention.Rope!) is { } factors)
        {
            items.Add(new GgufItem(RopeMetadata.FactorsName, GgufType.F32, [factors.Length], (_, _) => Tensor.From<float>(factors, 1, factors.Length)));
        }

        return items;
    }

    private static RowSource Rows(Func<string, Func<Tensor, Tensor>?, Tensor> get, GgufSlot slot)
    {
        var order = slot.HubRows();
        if (slot.Shape.Length == 1)
        {
            return (_, _) => get(slot.HubNames[0], order is null ? null : vector => vector.IndexSelect(0, Tensor.From<long>(order))).Unsqueeze(0);
        }

        return (first, count) => Tensor.Cat([.. slot.Pieces(first, count).Select(piece => get(slot.HubNames[piece.Part], matrix => order is null
            ? matrix.Narrow(0, piece.First, piece.Count)
            : matrix.IndexSelect(0, Tensor.From<long>(order.AsSpan((int)piece.First, (int)piece.Count)))))], 0);
    }
}
