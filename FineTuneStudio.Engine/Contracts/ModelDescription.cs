namespace FineTuneStudio.Engine.Contracts;

/// <summary>What a model folder says about itself; its weights were not read.</summary>
public sealed record ModelDescription
{
    /// <summary><c>model_type</c>: <c>llama</c>, <c>qwen3</c>, ...</summary>
    public required string Family { get; init; }

    /// <summary>Number of weights; a tied head counts once.</summary>
    public required long Parameters { get; init; }

    /// <summary>Weights that a token passes through: fewer than all where there are experts.</summary>
    public required long ActiveParameters { get; init; }

    /// <summary>Experts of a layer that has some; 0 in a dense model.</summary>
    public required int Experts { get; init; }

    /// <summary>What generation keeps of each token, in elements over all layers.</summary>
    public required long CacheElements { get; init; }

    /// <summary>Longest context it was made for, in tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Element type of most weights, as safetensors names it: <c>BF16</c>, <c>F32</c>, ...</summary>
    public required string StoredType { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Whether there is a tokenizer.</summary>
    public required bool HasTokenizer { get; init; }

    /// <summary>Whether it says how conversations are written.</summary>
    public required bool HasChatTemplate { get; init; }

    /// <summary>The licence as the model card names it, or the name of a licence file; <see langword="null"/> where neither is there.</summary>
    public string? Licence { get; init; }

    /// <summary>Whether it is the text model of a model of text and images, of which the rest is left out of account.</summary>
    public bool IsTextPart { get; init; }

    /// <summary>Size of all files on disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>What is no fault, but a person should know: no chat template, a tokenizer smaller than the embedding, ...</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
