using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Configuration.Families;

/// <summary>The fields that decoders share, read once; a family changes what it does its own way.</summary>
internal sealed class DecoderFields
{
    private readonly ConfigFields _config;
    private readonly ModelFamily _family;

    /// <param name="config">The file's fields.</param>
    /// <param name="family">Whose file it is.</param>
    /// <param name="headSize">Width of a head where the file does not say; <see langword="null"/> divides the stream by the heads.</param>
    public DecoderFields(ConfigFields config, ModelFamily family, int? headSize = null)
    {
        _config = config;
        _family = family;
        HiddenSize = config.Int("hidden_size");
        Heads = config.Int("num_attention_heads");
        KeyValueHeads = config.Int("num_key_value_heads", Heads);
        HeadSize = config.Int("head_dim", headSize ?? Math.Max(1, HiddenSize / Heads));
        ContextLength = config.Int("max_position_embeddings");
        LayerCount = config.Int("num_hidden_layers");
        if (Heads % KeyValueHeads != 0)
        {
            config.Refuse("num_key_value_heads", $"is {KeyValueHeads}, which does not divide the {Heads} query heads.");
        }

        if (!config.Has("head_dim") && headSize is null && HiddenSize % Heads != 0)
        {
            config.Refuse("hidden_size", $"is {HiddenSize}, which the {Heads} heads do not divide.");
        }
    }

    /// <summary>Width of the residual stream. <c>D</c></summary>
    public int HiddenSize { get; }

    /// <summary>Query heads. <c>H</c></summary>
    public int Heads { get; }

    /// <summary>Key/value heads. <c>K</c></summary>
    public int KeyValueHeads { get; }

    /// <summary>Width of a head. <c>C</c></summary>
    public int HeadSize { get; }

    /// <summary>Positions the model was trained for.</summary>
    public int ContextLength { get; }

    /// <summary>Number of layers.</summary>
    public int LayerCount { get; }

    /// <summary>Grouped-query attention with scores over the root of a head's width.</summary>
    /// <param name="rope">Its rope; <see langword="null"/> reads the file's.</param>
    public GroupedQueryDescription Attention(RopeDescription? rope = null) => new()
    {
        Heads = Heads,
        KeyValueHeads = KeyValueHeads,
        HeadSize = HeadSize,
        Scale = 1 / Math.Sqrt(HeadSize),
        Rope = rope ?? new RopeReader(_config, HeadSize, ContextLength).Read(),
    };

    /// <summary>The gated feed-forward part.</summary>
    /// <param name="field">The field that names the activation.</param>
    /// <param name="otherwise">What it is where the file does not say.</param>
    public GatedDescription FeedForward(string field = "hidden_act", string otherwise = "silu")
        => new(_config.Int("intermediate_size")) { Activation = Activation(field, otherwise) };

    /// <summary>The network.</summary>
    /// <param name="layer">Describes a layer by its index.</param>
    /// <param name="tiedEmbeddings">Whether the embedding is the head where the file does not say.</param>
    public ModelConfig Model(Func<int, LayerDescription> layer, bool tiedEmbeddings = false) => new()
    {
        Family = _family.Name,
        Architecture = _family.Architecture,
        VocabularySize = _config.Int("vocab_size"),
        HiddenSize = HiddenSize,
        ContextLength = ContextLength,
        NormEpsilon = _config.Number("rms_norm_eps", 1e-6),
        TiedEmbeddings = _config.Flag("tie_word_embeddings", tiedEmbeddings),
        PublishedType = PublishedType(),
        InitializerRange = _config.Number("initializer_range", 0.02),
        Layers = [.. Enumerable.Range(0, LayerCount).Select(layer)],
    };

    private Activation Activation(string field, string otherwise)
    {
        var name = _config.Text(field, otherwise);
        switch (name)
        {
            case "silu" or "swish":
                return Tensors.Kernels.Activation.Silu;
            case "gelu_pytorch_tanh" or "gelu_tanh" or "gelu_new" or "gelu_fast":
                return Tensors.Kernels.Activation.GeluTanh;
            case "gelu":
                return Tensors.Kernels.Activation.Gelu;
            default:
                _config.Refuse(field, $"is '{name}'; silu, gelu and gelu_pytorch_tanh are built.");
                return Tensors.Kernels.Activation.Silu;
        }
    }

    private DType PublishedType()
    {
        var name = _config.Has("dtype") ? _config.Text("dtype", "float32") : _config.Text("torch_dtype", "float32");
        return name switch
        {
            "bfloat16" => DType.BFloat16,
            "float16" => DType.Float16,
            _ => DType.Float32,
        };
    }
}
