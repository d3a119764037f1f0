using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTuneStudio.Tests.Support.Reference;

/// <summary>A model folder that nobody has seen before: a drawn configuration, drawn weights, and the reference that computes with them.</summary>
internal sealed class MadeUpModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="config">The configuration.</param>
    /// <param name="seed">Of weights and tokens.</param>
    /// <param name="type">Element type in the files.</param>
    /// <param name="layout">How the files hold the layers' matrices.</param>
    /// <param name="shards">Number of files.</param>
    /// <param name="length">Of the longest sequence; <see langword="null"/> draws it.</param>
    public MadeUpModel(JsonObject config, int seed, string type = "F32", PublishedLayout layout = PublishedLayout.Plain, int shards = 1, int? length = null)
    {
        Config = config;
        Reference = new ReferenceTransformer(new ReferenceConfig(config), new ReferenceWeights(seed, type, layout));

        // One token asks for every weight.
        Reference.Logits([0]);
        Reference.Weights.Close();
        var random = new Random(seed);
        AddUnused(type);
        int[] Sequence(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(Reference.Config.Int("vocab_size")))];
        Sequences = [Sequence(length ?? random.Next(18, 34)), Sequence(1), Sequence(random.Next(2, 9))];
        _folder.Write("config.json", config.ToJsonString());
        WriteWeights(shards);
    }

    /// <summary>The folder.</summary>
    public string Path => _folder.FullName;

    /// <summary>What <c>config.json</c> holds.</summary>
    public JsonObject Config { get; }

    /// <summary>What the folder computes.</summary>
    public ReferenceTransformer Reference { get; }

    /// <summary>Whether kept keys stay turned as they were when the sequence was shorter, so that an answer is not what the whole sequence computes.</summary>
    public bool KeepsOldTurns => (Config["rope_scaling"] ?? Config["rope_parameters"])?["type"]?.GetValue<string>() == "dynamic";

    /// <summary>Token ids: a longer sequence, a single token, a short sequence.</summary>
    public int[][] Sequences { get; }

    /// <summary>A model of a family, all else drawn.</summary>
    /// <param name="variant">One of <see cref="DrawnConfigs.Variants"/>.</param>
    /// <param name="seed">Another seed is another model.</param>
    /// <param name="layout">How the files hold the layers' matrices.</param>
    /// <param name="change">Changes what was drawn.</param>
    /// <param name="length">Of the longest sequence; <see langword="null"/> draws it.</param>
    public static MadeUpModel Draw(string variant, int seed, PublishedLayout layout = PublishedLayout.Plain, Action<JsonObject>? change = null, int? length = null)
    {
        var (config, random) = (DrawnConfigs.Draw(variant, seed), new Random(seed));
        change?.Invoke(config);
        if (layout != PublishedLayout.Plain)
        {
            SuitTo(layout, config);
            return new MadeUpModel(config, seed, "BF16", layout);
        }

        string[] types = ["F32", "BF16", "F16"];
        return new MadeUpModel(config, seed, types[random.Next(types.Length)], shards: random.Next(1, 4), length: length);
    }

    /// <summary>Lays a golden model's tokenizer beside the weights.</summary>
    public void AddTokenizer()
    {
        foreach (var name in (string[])["tokenizer.json", "tokenizer_config.json"])
        {
            File.Copy(SharedData.Golden("models", "llama", name), _folder.At(name));
        }
    }

    public void Dispose() => _folder.Dispose();

    // What published folders hold beside: buffers of old exports, a head that is the embedding, the first tensors of a layer that predicts further tokens.
    private void AddUnused(string type)
    {
        var (weights, width) = (Reference.Weights, Reference.Config.Int("hidden_size"));
        void Add(string name, params int[] shape) => weights.AddUnused(new StoredTensor(name, type, shape, NumberBytes.Round(new double[shape.Aggregate(1, (product, size) => product * size)], type)));
        if (Reference.Config.Type == "llama")
        {
            Add("model.layers.0.self_attn.rotary_emb.inv_freq", 4);
        }

        if (Reference.Config.Flag("tie_word_embeddings") && width % 2 == 0)
        {
            Add("lm_head.weight", Reference.Config.Int("vocab_size"), width);
        }

        if (Reference.Config.Has("num_nextn_predict_layers"))
        {
            var prefix = $"model.layers.{Reference.Config.Int("num_hidden_layers")}.";
            Add(prefix + "eh_proj.weight", width, 2 * width);
            Add(prefix + "embed_tokens.weight", Reference.Config.Int("vocab_size"), width);
            Add(prefix + "self_attn.o_proj.weight", width, 3);
        }
    }

    // Sizes beyond one block of FP8, and whole groups of MXFP4; a configuration says what its weights are in.
    private static void SuitTo(PublishedLayout layout, JsonObject config)
    {
        config["quantization_config"] = JsonNode.Parse(layout switch
        {
            PublishedLayout.Fp8 => """{ "quant_method": "fp8", "fmt": "e4m3", "activation_scheme": "dynamic", "weight_block_size": [128, 128] }""",
            PublishedLayout.Mxfp4 => """{ "quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"] }""",
            _ => """{ "quant_method": "bitsandbytes", "load_in_4bit": true, "load_in_8bit": false, "bnb_4bit_use_double_quant": true, "bnb_4bit_compute_dtype": "bfloat16" }""",
        });
        if (layout is PublishedLayout.Fp8 or PublishedLayout.Mxfp4)
        {
            DrawnConfigs.Resize(config, layout == PublishedLayout.Fp8 ? 150 : 64, layout == PublishedLayout.Fp8 ? 300 : 96);
        }
    }

    private void WriteWeights(int shards)
    {
        var stored = Reference.Weights.Stored;
        if (shards == 1)
        {
            _folder.Write("model.safetensors", Bytes(stored));
            return;
        }

        var map = new JsonObject();
        for (var shard = 0; shard < shards; shard++)
        {
            var name = $"model-{shard + 1:D5}-of-{shards:D5}.safetensors";
            var own = stored.Where((_, index) => index % shards == shard).ToList();
            _folder.Write(name, Bytes(own));
            own.ForEach(tensor => map.Add(tensor.Name, name));
        }

        _folder.Write("model.safetensors.index.json", new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = map }.ToJsonString());
    }

    // In the order of drawing, with nothing between: the format promises no alignment.
    private static byte[] Bytes(IReadOnlyList<StoredTensor> tensors)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        var end = 0;
        foreach (var tensor in tensors)
        {
            var begin = end;
            end += tensor.Bytes.Length;
            header.Add(tensor.Name, new JsonObject
            {
                ["dtype"] = tensor.Type,
                ["shape"] = JsonSerializer.SerializeToNode(tensor.Shape),
                ["data_offsets"] = new JsonArray(begin, end),
            });
        }

        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. tensors.SelectMany(tensor => tensor.Bytes)];
    }
}
