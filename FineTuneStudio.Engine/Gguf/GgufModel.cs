using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Architectures;
using FineTuneStudio.Engine.Gguf.Blocks;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
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
        var files = SafetensorsFolder.Open(baseFolder);
        using var source = new RecentTensor(ModelFolder.Weights(files));
        var weights = new MergedWeights(source, adapters, config.TiedEmbeddings);
        var architecture = GgufFamilies.Of(config);
        var notes = new List<string>();
        var renderer = Renderer.Load(baseFolder);
        var metadata = Describe(config, architecture, NameOf(baseFolder, renderer), type, notes);
        metadata.SetOptional("general.license", ModelLicence.Find(baseFolder));
        GgufTokenizer.Describe(renderer, config.VocabularySize, baseFolder, metadata, notes);

        if (config.IsTextPart)
        {
            notes.Add("The file holds the text model alone; what sees images stays in the base's folder.");
        }

        if (type is GgufWeightType.Q8 or GgufWeightType.Q4 or GgufWeightType.Q4K && source.Names.Any(name => source.IsQuantised(name) && OwnType(name, files, adapters) is null))
        {
            notes.Add("The base's weights were rounded to few bits once already, and are rounded again here; f16 and bf16 keep what they are.");
        }

        Write(path, metadata, ItemsOf(config, files, weights, adapters, type), progress, cancellationToken);
        return notes;
    }

    /// <summary>Bytes of the tensors that are written of a model folder, from headers alone.</summary>
    /// <exception cref="UserErrorException">llama.cpp cannot hold the model, with the reason; or the adapter is of another model.</exception>
    internal static long BytesOf(string baseFolder, AdapterSet? adapters, GgufWeightType type)
    {
        var files = SafetensorsFolder.Open(baseFolder);
        var config = ModelConfigFile.Read(baseFolder);
        return ItemsOf(config, files, new MergedWeights(ModelFolder.Weights(files), adapters, config.TiedEmbeddings), adapters, type).Sum(item => item.Bytes);
    }

    /// <summary>Writes a model in memory, without a tokenizer: for measurements.</summary>
    /// <param name="model">Its base weights.</param>
    /// <param name="type">How matrices are stored.</param>
    /// <param name="path">The file to be; appears whole or not at all.</param>
    /// <exception cref="UserErrorException">llama.cpp cannot hold the model, with the reason.</exception>
    public static void Write(CausalModel model, GgufWeightType type, string path)
    {
        var tensors = model.Parameters.ToDictionary();
        var architecture = GgufFamilies.Of(model.Config);
        var metadata = Describe(model.Config, architecture, "measured", type, []);
        metadata.Set("tokenizer.ggml.model", "none");

        Tensor Get(string name, Func<Tensor, Tensor>? rows)
        {
            var tensor = tensors.GetValueOrDefault(name) ?? tensors[MergedWeights.EmbeddingName];
            return rows?.Invoke(tensor) ?? tensor;
        }

        var items = Items(Written(model.Config, architecture, headBecomesItsOwn: false), architecture, tensors.ContainsKey, Get, slot => WeightTypes.Of(type, slot.Name, slot.Shape));
        Write(path, metadata, items, progress: null, CancellationToken.None);
    }

    private static List<GgufItem> ItemsOf(ModelConfig config, SafetensorsFolder files, MergedWeights weights, AdapterSet? adapters, GgufWeightType type)
    {
        var architecture = GgufFamilies.Of(config);
        return Items(
            Written(config, architecture, weights.HeadBecomesItsOwn), architecture, name => weights.Find(name) is not null, weights.Get,
            slot => OwnType(slot.HubNames[0], files, adapters) ?? WeightTypes.Of(type, slot.Name, slot.Shape));
    }

    // What the base has in MXFP4 stays in it, bit for bit, where no adapter changes it.
    private static GgufType? OwnType(string name, SafetensorsFolder files, AdapterSet? adapters)
        => files.Find(name + "_blocks") is not null && adapters?.ExpertTensors.ContainsKey(name) != true ? GgufType.MXFP4 : null;

    // With a head where the model, or llama.cpp, has one of its own.
    private static ModelConfig Written(ModelConfig config, GgufArchitecture architecture, bool headBecomesItsOwn)
        => headBecomesItsOwn || architecture.Traits.NeedsHead ? config with { TiedEmbeddings = false } : config;

    // Of a model called Phi-3 llama.cpp expects a token that other vocabularies lack, and does not load them.
    private static string NameOf(string folder, Renderer renderer)
    {
        const string expected = "</s>";
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var parts = renderer.Tokenizer.Parts;
        return parts.Model.Vocabulary.Ids.Any(entry => entry.Key == expected) || parts.AddedTokens.Any(token => token.Content == expected)
            ? name
            : name.Replace("phi-3", "phi 3", StringComparison.OrdinalIgnoreCase).Replace("phi3", "phi 3", StringComparison.OrdinalIgnoreCase);
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
        ModelConfig config, GgufArchitecture architecture, Func<string, bool> isThere, Func<string, Func<Tensor, Tensor>?, Tensor> get, Func<GgufSlot, GgufType> typeOf) =>
    [
        .. architecture.Slots(config, isThere).Select(slot => new GgufItem(slot.Name, typeOf(slot), slot.Shape, Rows(get, slot))),
        .. RopeMetadata.Factors(config).Select(tensor => new GgufItem(tensor.Name, GgufType.F32, [tensor.Factors.Length], (_, _) => Tensor.From<float>(tensor.Factors, 1, tensor.Factors.Length))),
    ];

    private static RowSource Rows(Func<string, Func<Tensor, Tensor>?, Tensor> get, GgufSlot slot)
        => (first, count) => Tensor.Cat([.. slot.Pieces(first, count).Select(piece => Piece(get, slot, piece.Part, piece.First, piece.Count))], 0);

    // Rows of one matrix, or the one row of a vector.
    private static Tensor Piece(Func<string, Func<Tensor, Tensor>?, Tensor> get, GgufSlot slot, int part, long first, long count)
    {
        var rows = slot.View.Turn(get(slot.HubNameOf(part), hub => slot.View.Cut(hub, part, first, count)), first, count);
        return slot.Shape.Length == 1 ? rows.Unsqueeze(0) : rows;
    }
}
