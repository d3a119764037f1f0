using System.Collections.Frozen;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>The architectures that are built: each turns <c>config.json</c> into a list of layer descriptions.</summary>
internal static class ModelFamilies
{
    private static readonly FrozenDictionary<string, Func<ConfigFields, ModelConfig>> Readers = new Dictionary<string, Func<ConfigFields, ModelConfig>>
    {
        ["llama"] = Llama,
        ["mistral"] = Mistral,
        ["qwen2"] = Qwen2,
        ["qwen3"] = Qwen3,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary><c>model_type</c> of every architecture that is built, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Readers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The reader of a <c>model_type</c>, or <see langword="null"/>.</summary>
    public static Func<ConfigFields, ModelConfig>? Find(string modelType) => Readers.GetValueOrDefault(modelType);

    // Grouped-query attention and SwiGLU; biases where the file holds them.
    private static ModelConfig Llama(ConfigFields config) => Dense(config, "llama", "LlamaForCausalLM");

    private static ModelConfig Mistral(ConfigFields config)
    {
        int? window = config.Has("sliding_window") ? config.Int("sliding_window") : null;
        return Dense(config, "mistral", "MistralForCausalLM", attention => attention with { Window = window });
    }

    private static ModelConfig Qwen2(ConfigFields config)
        => WithSlidingLayers(config, Dense(config, "qwen2", "Qwen2ForCausalLM", attention => attention with { QueryKeyValueBias = true }));

    private static ModelConfig Qwen3(ConfigFields config)
        => WithSlidingLayers(config, Dense(config, "qwen3", "Qwen3ForCausalLM", attention => attention with { QueryKeyNorm = true }, headSize: 128));

    /// <summary>Qwen's window counts only where it is switched on, and then for the layers from <c>max_window_layers</c> up.</summary>
    private static ModelConfig WithSlidingLayers(ConfigFields config, ModelConfig model)
    {
        if (!config.Flag("use_sliding_window", false) || !config.Has("sliding_window"))
        {
            return model;
        }

        var window = config.Int("sliding_window");
        var first = config.Int("max_window_layers", 28, least: 0);
        var types = config.Texts("layer_types");
        bool Slides(int layer) => types is null || layer >= types.Count ? layer >= first : types[layer] == "sliding_attention";
        return model with
        {
            Layers = [.. model.Layers.Select((layer, index) =>
                Slides(index) ? layer with { Attention = layer.Attention with { Window = window } } : layer)],
        };
    }

    private static ModelConfig Dense(
        ConfigFields config, string family, string architecture, Func<AttentionDescription, AttentionDescription>? shape = null, int? headSize = null)
    {
        var hidden = config.Int("hidden_size");
        var heads = config.Int("num_attention_heads");
        var keyValueHeads = config.Int("num_key_value_heads", heads);
        var size = config.Int("head_dim", headSize ?? Math.Max(1, hidden / heads));
        var context = config.Int("max_position_embeddings");
        if (heads % keyValueHeads != 0)
        {
            config.Refuse("num_key_value_heads", $"is {keyValueHeads}, which does not divide the {heads} query heads.");
        }

        if (!config.Has("head_dim") && headSize is null && hidden % heads != 0)
        {
            config.Refuse("hidden_size", $"is {hidden}, which the {heads} heads do not divide.");
        }

        var activation = config.Text("hidden_act", "silu");
        if (activation is not ("silu" or "swish"))
        {
            config.Refuse("hidden_act", $"is '{activation}'; {family} is built with silu.");
        }

        var attention = new AttentionDescription
        {
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = size,
            Scale = 1 / Math.Sqrt(size),
            Rope = RopeReader.Read(config, size, context),
        };
        var layer = new LayerDescription(shape?.Invoke(attention) ?? attention, new FeedForwardDescription(config.Int("intermediate_size")));
        return new ModelConfig
        {
            Family = family,
            Architecture = architecture,
            VocabularySize = config.Int("vocab_size"),
            HiddenSize = hidden,
            ContextLength = context,
            NormEpsilon = config.Number("rms_norm_eps", 1e-6),
            TiedEmbeddings = config.Flag("tie_word_embeddings", false),
            PublishedType = PublishedType(config),
            InitializerRange = config.Number("initializer_range", 0.02),
            Layers = [.. Enumerable.Repeat(layer, config.Int("num_hidden_layers"))],
        };
    }

    private static DType PublishedType(ConfigFields config)
    {
        var name = config.Has("dtype") ? config.Text("dtype", "float32") : config.Text("torch_dtype", "float32");
        return name switch
        {
            "bfloat16" => DType.BFloat16,
            "float16" => DType.Float16,
            _ => DType.Float32,
        };
    }
}
