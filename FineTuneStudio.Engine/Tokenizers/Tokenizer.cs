#pragma warning disable CA1822 // until the parts behind it are in
namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>Text to token ids and back, exactly as the model's own tokenizer file says.</summary>
/// <remarks>Safe to use from several threads at once; what is cached is bounded.</remarks>
public sealed class Tokenizer
{
    internal Tokenizer()
    {
    }

    /// <summary>One past the largest id, added tokens included; the model's embedding may be larger (padded), never smaller.</summary>
    public int VocabularySize { get; internal init; }

    /// <summary>The token that begins a text, or <c>null</c> where the model has none.</summary>
    public SpecialToken? Bos { get; internal init; }

    /// <summary>The token that ends an answer, or <c>null</c> where none is named.</summary>
    public SpecialToken? Eos { get; internal init; }

    /// <summary>The token that fills short rows, or <c>null</c> where none is named.</summary>
    public SpecialToken? Pad { get; internal init; }

    /// <summary>The token for what the vocabulary cannot spell, or <c>null</c> where none is named.</summary>
    public SpecialToken? Unknown { get; internal init; }

    /// <summary>Every id that ends an answer: <see cref="Eos"/> and what <c>generation_config.json</c> adds. Sorted, may be empty.</summary>
    public IReadOnlyList<int> StopIds { get; internal init; } = [];

    /// <summary>Loads a model folder, a <c>tokenizer.json</c> (gzip accepted) or a tiktoken file.</summary>
    /// <exception cref="Contracts.UserErrorException">Nothing there, broken, or a kind of tokenizer that is not built.</exception>
    public static Tokenizer Load(string path) => throw new NotSupportedException(path);

    /// <summary>The ids of a text.</summary>
    public int[] Encode(string text, EncodeOptions options = default) => throw new NotSupportedException();

    /// <summary>The ids of a text with the part of the text each stands for, in UTF-16 units.</summary>
    public TokenSpan[] EncodeWithOffsets(string text, EncodeOptions options = default) => throw new NotSupportedException();

    /// <summary>The text of ids; ids outside the vocabulary are left out, bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false) => throw new NotSupportedException();

    /// <summary>Decodes ids as they come; the pieces together are what <see cref="Decode"/> gives for the whole.</summary>
    public StreamingDecoder CreateStreamingDecoder(bool skipSpecial = false) => throw new NotSupportedException();

    /// <summary>The id of a token as the vocabulary writes it (byte-level symbols and all), or <c>null</c>.</summary>
    public int? TokenToId(string token) => throw new NotSupportedException();

    /// <summary>A token as the vocabulary writes it, or <c>null</c> for an id that is not in it.</summary>
    public string? IdToToken(int id) => throw new NotSupportedException();

    /// <summary>Whether an id is a special token: left out by <c>skipSpecial</c>.</summary>
    public bool IsSpecial(int id) => throw new NotSupportedException();
}
