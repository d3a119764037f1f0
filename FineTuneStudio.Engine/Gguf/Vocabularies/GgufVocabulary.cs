namespace FineTuneStudio.Engine.Gguf.Vocabularies;

/// <summary>A tokenizer as llama.cpp has it: a list of tokens, and by what text becomes them.</summary>
internal sealed record GgufVocabulary
{
    /// <summary>The algorithm: <c>gpt2</c>, merges over symbols for bytes; or <c>llama</c>, scores over characters.</summary>
    public required string Model { get; init; }

    /// <summary>How text is cut first, by llama.cpp's name.</summary>
    public required string PreTokenizer { get; init; }

    /// <summary>A text for each row of the embedding; none twice.</summary>
    public required string[] Tokens { get; init; }

    /// <summary>What each is.</summary>
    public required GgufTokenType[] Types { get; init; }

    /// <summary>Which of two tokens is made first, the higher; only with <c>llama</c>.</summary>
    public float[]? Scores { get; init; }

    /// <summary>Pairs that merge, the earliest first; only with <c>gpt2</c>.</summary>
    public string[]? Merges { get; init; }

    /// <summary>Whether a space is put in front of every text; only with <c>llama</c>.</summary>
    public bool? AddsSpacePrefix { get; init; }

    /// <summary>What a person should know: where llama.cpp cuts otherwise.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
