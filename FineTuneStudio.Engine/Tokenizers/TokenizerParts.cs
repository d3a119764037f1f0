using FineTuneStudio.Engine.Tokenizers.Added;
using FineTuneStudio.Engine.Tokenizers.Decoders;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.PostProcessors;
using FineTuneStudio.Engine.Tokenizers.PreTokenizers;

namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>What a tokenizer file describes, part by part.</summary>
internal sealed record TokenizerParts
{
    public required BpeModel Model { get; init; }

    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    public Normalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public TokenFrame Frame { get; init; } = TokenFrame.Empty;

    public Decoder? Decoder { get; init; }

    /// <summary>Whether ids that are not in the vocabulary are a fault when decoding (tiktoken), not passed over.</summary>
    public bool RefusesUnknownIds { get; init; }

    /// <summary>Whether special tokens in a text are plain text unless asked otherwise (tiktoken's <c>encode_ordinary</c>, SentencePiece).</summary>
    public bool ReadsSpecialAsPlain { get; init; }
}
