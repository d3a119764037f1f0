using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>A network, described: what a family makes of <c>config.json</c>. Everything that decides a number is here, nothing is looked up later.</summary>
public sealed record ModelConfig
{
    /// <summary><c>model_type</c> of the file: <c>llama</c>, <c>qwen3</c>, ...</summary>
    public required string Family { get; init; }

    /// <summary>Class name in transformers, as exported models state it: <c>LlamaForCausalLM</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Whether the network is the text model inside of a model of text and images, whose configuration, weights and modules have more around them.</summary>
    public bool IsTextPart { get; init; }

    /// <summary>Rows of the embedding; may be more than the tokenizer has tokens. <c>V</c></summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream. <c>D</c></summary>
    public required int HiddenSize { get; init; }

    /// <summary>Positions the model was trained for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added to the mean of squares in every norm.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Whether norms multiply by <c>1 + weight</c> (Gemma).</summary>
    public bool OffsetNorms { get; init; }

    /// <summary>Whether the embedding is the head as well.</summary>
    public required bool TiedEmbeddings { get; init; }

    /// <summary>Factor on embeddings.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Factor on logits.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>Bounds the logits: <c>c tanh(z / c)</c> (Gemma 2).</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>Element type that the weights were published in.</summary>
    public DType PublishedType { get; init; } = DType.Float32;

    /// <summary>Deviation of random weights in a model made anew.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The layers, bottom up.</summary>
    public required IReadOnlyList<LayerDescription> Layers { get; init; }

    /// <summary>
    /// The length of a sequence up to which LongRoPE has other frequencies than beyond: keys from before do not fit queries from after.
    /// <see langword="null"/> where there is no such border.
    /// </summary>
    public int? RopeBorder
        => Layers.Select(layer => layer.Attention.Rope).FirstOrDefault(rope => rope?.Kind == RopeKind.LongRope)?.TrainedLength;

    /// <summary>Experts of a layer that has some; 0 in a dense model.</summary>
    public int Experts => Mixture?.Experts ?? 0;

    /// <summary>Weights that no single token passes through, of experts that it does not choose.</summary>
    public long IdleParameters => Layers.Sum(layer => layer.FeedForward.IdleElements(HiddenSize));

    /// <summary>Factor on the balance of experts in the loss, as the configuration asks for it; <see langword="null"/> where there is no such loss.</summary>
    public double? BalanceWeight => Mixture?.Router.BalanceWeight;

    private MixtureDescription? Mixture => Layers.Select(layer => layer.FeedForward).OfType<MixtureDescription>().FirstOrDefault();
}
