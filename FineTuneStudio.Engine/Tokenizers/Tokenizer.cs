using System.Text;
using FineTuneStudio.Engine.Tokenizers.Added;
using FineTuneStudio.Engine.Tokenizers.Decoders;
using FineTuneStudio.Engine.Tokenizers.Loading;

namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>Text to token ids and back, exactly as the model's own tokenizer file says.</summary>
/// <remarks>Safe to use from several threads at once; what is cached is bounded.</remarks>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly TextEncoder _encoder;
    private readonly Dictionary<int, AddedToken> _addedById = [];
    private readonly Dictionary<string, AddedToken> _addedByText = new(StringComparer.Ordinal);
    private readonly Lazy<byte[][]?> _bytes;

    internal Tokenizer(TokenizerParts parts, SpecialTokenRoles roles)
        : this(parts, roles, EncodePlan.Create(parts))
    {
    }

    internal Tokenizer(TokenizerParts parts, SpecialTokenRoles roles, EncodePlan plan)
    {
        _parts = parts;
        _encoder = new TextEncoder(parts, plan);
        foreach (var token in parts.AddedTokens)
        {
            _addedById.TryAdd(token.Id, token);
            _addedByText.TryAdd(token.Content, token);
        }

        VocabularySize = Math.Max(parts.Model.Vocabulary.Size, _addedById.Count == 0 ? 0 : _addedById.Keys.Max() + 1);
        _bytes = new Lazy<byte[][]?>(() => parts.Decoder is ByteLevelDecoder ? BuildBytes() : null);
        Bos = Role(roles.Bos) ?? Role(roles.BosId);
        Eos = Role(roles.Eos) ?? (roles.StopIds is [var stop, ..] ? Role(stop) : null);
        Pad = Role(roles.Pad) ?? Role(roles.PadId);
        Unknown = Role(roles.Unknown ?? parts.Model.UnknownToken);
        StopIds = [.. roles.StopIds.Concat(Eos is { } eos ? [eos.Id] : []).Where(id => id < VocabularySize).Distinct().Order()];
    }

    /// <summary>What the tokenizer is made of.</summary>
    internal TokenizerParts Parts => _parts;

    /// <summary>One past the largest id, added tokens included; the model's embedding may be larger (padded), never smaller.</summary>
    public int VocabularySize { get; }

    /// <summary>The token that begins a text, or <c>null</c> where the model has none.</summary>
    public SpecialToken? Bos { get; }

    /// <summary>The token that ends an answer, or <c>null</c> where none is named.</summary>
    public SpecialToken? Eos { get; }

    /// <summary>The token that fills short rows, or <c>null</c> where none is named.</summary>
    public SpecialToken? Pad { get; }

    /// <summary>The token for what the vocabulary cannot spell, or <c>null</c> where none is named.</summary>
    public SpecialToken? Unknown { get; }

    /// <summary>Every id that ends an answer: <see cref="Eos"/> and what <c>generation_config.json</c> adds. Sorted, may be empty.</summary>
    public IReadOnlyList<int> StopIds { get; }

    /// <summary>Whether the reference library reads special tokens in a text as plain text unless asked otherwise (tiktoken, SentencePiece).</summary>
    public bool ReadsSpecialAsPlain => _parts.ReadsSpecialAsPlain;

    /// <summary>Whether the reference library refuses to decode ids that are not in the vocabulary (tiktoken); <see cref="Decode"/> never does.</summary>
    public bool RefusesUnknownIds => _parts.RefusesUnknownIds;

    /// <summary>Loads a model folder, a <c>tokenizer.json</c> (gzip accepted) or a tiktoken file.</summary>
    /// <exception cref="Contracts.UserErrorException">Nothing there, broken, or a kind of tokenizer that is not built.</exception>
    public static Tokenizer Load(string path) => TokenizerLoader.Load(path);

    /// <summary>The ids of a text.</summary>
    public int[] Encode(string text, EncodeOptions options = default) => _encoder.Encode(text, options);

    /// <summary>The ids of a text with the part of the text each stands for, in UTF-16 units.</summary>
    public TokenSpan[] EncodeWithOffsets(string text, EncodeOptions options = default) => _encoder.EncodeWithOffsets(text, options);

    /// <summary>The text of ids; ids outside the vocabulary are left out, bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        if (_bytes.Value is { } bytes)
        {
            var buffer = new MemoryStream(ids.Length * 5);
            foreach (var id in ids)
            {
                buffer.Write(BytesOf(bytes, id, skipSpecial));
            }

            return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        }

        List<string> pieces = new(ids.Length);
        foreach (var id in ids)
        {
            if (IdToToken(id) is { } token && !(skipSpecial && IsSpecial(id)))
            {
                pieces.Add(token);
            }
        }

        return _parts.Decoder is { } decoder ? string.Concat(decoder.Apply(pieces)) : string.Join(' ', pieces);
    }

    /// <summary>Decodes ids as they come; the pieces together are what <see cref="Decode"/> gives for the whole.</summary>
    public StreamingDecoder CreateStreamingDecoder(bool skipSpecial = false)
    {
        if (_bytes.Value is { } bytes)
        {
            return new ByteStreamingDecoder(id => BytesOf(bytes, id, skipSpecial));
        }

        var pieces = PieceStreamingDecoder.TryCreate(_parts.Decoder, id => skipSpecial && IsSpecial(id) ? null : IdToToken(id));
        return pieces is null ? new BufferedStreamingDecoder(ids => Decode(ids, skipSpecial)) : pieces;
    }

    /// <summary>The id of a token as the vocabulary writes it (byte-level symbols and all), or <c>null</c>.</summary>
    public int? TokenToId(string token)
        => _addedByText.TryGetValue(token, out var added) ? added.Id
            : _parts.Model.Vocabulary.IdOf(token) is var id and >= 0 ? id : null;

    /// <summary>A token as the vocabulary writes it, or <c>null</c> for an id that is not in it.</summary>
    public string? IdToToken(int id) => _addedById.TryGetValue(id, out var added) ? added.Content : _parts.Model.Vocabulary.TokenOf(id);

    /// <summary>Whether an id is a special token: left out by <c>skipSpecial</c>.</summary>
    public bool IsSpecial(int id) => _addedById.TryGetValue(id, out var added) && added.IsSpecial;

    private SpecialToken? Role(string? text) => text is not null && TokenToId(text) is { } id ? new SpecialToken(id, text) : null;

    private SpecialToken? Role(int? id) => id is { } known && IdToToken(known) is { } text ? new SpecialToken(known, text) : null;

    private ReadOnlySpan<byte> BytesOf(byte[][] bytes, int id, bool skipSpecial)
        => (uint)id >= (uint)bytes.Length || (skipSpecial && IsSpecial(id)) ? [] : bytes[id];

    private byte[][] BuildBytes()
    {
        var bytes = new byte[VocabularySize][];
        for (var id = 0; id < bytes.Length; id++)
        {
            bytes[id] = IdToToken(id) is { } token ? BytesFor(id, token) : [];
        }

        return bytes;
    }

    // tiktoken's special tokens are text, not symbols; the others go through the file's own decoder as every token does.
    private byte[] BytesFor(int id, string token)
        => _parts.RefusesUnknownIds && _addedById.ContainsKey(id) ? Encoding.UTF8.GetBytes(token) : ByteLevelDecoder.BytesOf(token);
}
