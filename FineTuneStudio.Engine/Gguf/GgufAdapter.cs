using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Gguf.Architectures;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>An adapter as a GGUF file, which llama.cpp puts beside the same base model.</summary>
/// <remarks>
/// llama.cpp takes <c>alpha / rank</c> of each pair as its scale and knows one alpha for all, no rank-stabilised scale. Alpha is written so
/// that the first pair's scale comes out right; where another pair's would not, its B is multiplied by what is missing.
/// </remarks>
public static class GgufAdapter
{
    /// <summary>Writes the file.</summary>
    /// <param name="baseFolder">The model that the adapter is for.</param>
    /// <param name="adapters">Loaded for that model.</param>
    /// <param name="type">How the matrices are stored.</param>
    /// <param name="path">The file to be; appears whole or not at all.</param>
    /// <param name="cancellationToken">Looked at between matrices; leaves nothing behind.</param>
    /// <exception cref="UserErrorException">llama.cpp cannot hold the adapter, with the reason.</exception>
    public static void Write(string baseFolder, AdapterSet adapters, GgufWeightType type, string path, CancellationToken cancellationToken)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var (architecture, slots, pairs) = Checked(baseFolder, adapters, type);
        var alpha = pairs[0].Scale * pairs[0].Rank;
        var metadata = new GgufMetadata();
        metadata.Set("general.architecture", architecture.Name);
        metadata.Set("general.type", "adapter");
        metadata.Set("general.name", Path.GetFileNameWithoutExtension(path));
        metadata.Set("general.file_type", WeightTypes.FileType(type));
        metadata.Set("general.quantization_version", 2u);
        metadata.Set("adapter.type", "lora");
        metadata.Set("adapter.lora.alpha", (float)alpha);

        using var file = DurableFile.Create(path);
        GgufWriter.Write(file.Stream, metadata, ItemsOf(slots, pairs, alpha, type), progress: null, cancellationToken);
        file.Commit();
    }

    /// <summary>Bytes of the tensors that <see cref="Write"/> writes.</summary>
    /// <exception cref="UserErrorException">llama.cpp cannot hold the adapter, with the reason.</exception>
    internal static long BytesOf(string baseFolder, AdapterSet adapters, GgufWeightType type)
    {
        using var off = GradMode.Off();
        using var scope = TensorScope.Enter();
        var (_, slots, pairs) = Checked(baseFolder, adapters, type);
        return ItemsOf(slots, pairs, pairs[0].Scale * pairs[0].Rank, type).Sum(item => item.Bytes);
    }

    private static (GgufArchitecture Architecture, ILookup<string, GgufSlot> Slots, IReadOnlyList<GgufPair> Pairs) Checked(string baseFolder, AdapterSet adapters, GgufWeightType type)
    {
        var config = ModelConfigFile.Read(baseFolder);
        var architecture = GgufFamilies.Of(config);
        var slots = architecture.PossibleSlots(config).ToLookup(slot => slot.HubNames[0], StringComparer.Ordinal);
        var pairs = GgufPair.Of(adapters);
        UserErrorException.ThrowIfAny(Refusals(config, slots, adapters, pairs, type));
        return (architecture, slots, pairs);
    }

    // alpha: the file's one.
    private static List<GgufItem> ItemsOf(ILookup<string, GgufSlot> slots, IReadOnlyList<GgufPair> pairs, double alpha, GgufWeightType type)
        => [.. pairs.SelectMany(pair => slots[pair.HubName].SelectMany(slot => Items(slot, pair, pair.Scale / (alpha / pair.Rank), type)))];

    private static IEnumerable<UserError> Refusals(
        ModelConfig config, ILookup<string, GgufSlot> slots, AdapterSet adapters, IReadOnlyList<GgufPair> pairs, GgufWeightType type)
    {
        const string Remedy = "Export the merged model instead (--format gguf).";
        if (type is GgufWeightType.Q4 or GgufWeightType.Q4K)
        {
            yield return new("--type", "An adapter is too small to gain from 4 bits and loses too much; use f16, bf16, f32 or q8_0.");
        }

        if (adapters.Adapters.Values.Any(adapter => adapter.Magnitude is not null))
        {
            yield return new("--format", $"The adapter has magnitudes (DoRA), which llama.cpp does not load. {Remedy}");
        }

        if (adapters.SavedModules.Count > 0)
        {
            yield return new("--format", $"The adapter holds whole modules ({string.Join(", ", adapters.SavedModules.Keys)}), which llama.cpp does not load. {Remedy}");
        }

        if (config.TiedEmbeddings && adapters.Adapters.ContainsKey(WeightPlan.Head))
        {
            yield return new("--format", $"The adapter changes the head, which in this model is the embedding itself; llama.cpp would change both. {Remedy}");
        }

        var ignored = pairs.Where(pair => !slots[pair.HubName].Any(slot => slot.TakesAdapters)).Select(pair => ModuleOf(pair.HubName)).Distinct(StringComparer.Ordinal).ToList();
        if (ignored.Count > 0)
        {
            yield return new("--format", $"llama.cpp leaves out of account what an adapter learns beside {string.Join(", ", ignored)} of this family. {Remedy}");
        }

        if (adapters.Adapters.Count + adapters.ExpertAdapters.Count == 0)
        {
            yield return new("--format", $"The adapter holds no low-rank pairs. {Remedy}");
        }
    }

    // model.layers.3.self_attn.q_proj.weight -> q_proj
    private static string ModuleOf(string hubName) => hubName.Split('.')[^2];

    // missing: what llama.cpp's scale leaves out of the pair's own.
    private static IEnumerable<GgufItem> Items(GgufSlot slot, GgufPair pair, double missing, GgufWeightType type)
    {
        var b = slot.View.TurnPair(pair.B)!;
        yield return Item(slot.Name + ".lora_a", pair.A, (first, count) => Rows(pair.A).Narrow(0, first, count));
        yield return Item(slot.Name + ".lora_b", b, (first, count) => Math.Abs(missing - 1) < 1e-9 ? Rows(b).Narrow(0, first, count) : Rows(b).Narrow(0, first, count) * missing);

        GgufItem Item(string name, Tensor tensor, RowSource rows) => new(name, WeightTypes.Of(type, name, tensor.Shape), tensor.Shape, rows);

        static Tensor Rows(Tensor tensor) => tensor.Reshape(-1, tensor.Size(-1));
    }
}
