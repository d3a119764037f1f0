using System.Globalization;
using System.Text;
using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Models;

/// <summary>Byte-pair encoding of one word: its symbols, merged by rank.</summary>
/// <remarks>
/// It reads a word either as characters, or, for byte-level vocabularies, straight as UTF-8 bytes: the same ids without writing the
/// symbols that stand for bytes.
/// </remarks>
internal sealed class BpeModel
{
    private readonly PairTable _pairs;
    private readonly BpeOptions _options;
    private readonly int[] _unitIds = new int[0x10000];
    private readonly Dictionary<int, int> _pairIds = [];
    private readonly int[] _symbolIds = new int[256];
    private readonly int[] _fallbackIds = new int[256];
    private readonly int _unknownId;

    public BpeModel(Vocabulary vocabulary, PairTable pairs, BpeOptions options)
    {
        Vocabulary = vocabulary;
        _pairs = pairs;
        _options = options;
        Array.Fill(_unitIds, -1);
        foreach (var (token, id) in vocabulary.Ids)
        {
            if (token.Length == 1)
            {
                _unitIds[token[0]] = id;
            }
            else if (token.Length == 2 && char.IsSurrogatePair(token[0], token[1]))
            {
                _pairIds[char.ConvertToUtf32(token[0], token[1])] = id;
            }
        }

        for (var value = 0; value < 256; value++)
        {
            _symbolIds[value] = _unitIds[ByteSymbols.Of((byte)value)];
            _fallbackIds[value] = vocabulary.IdOf(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"));
        }

        _unknownId = options.UnknownToken is { } unknown ? vocabulary.IdOf(unknown) : -1;
    }

    /// <summary>The tokens.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>What merges.</summary>
    public PairTable Pairs => _pairs;

    /// <summary>How it treats what the vocabulary does not spell.</summary>
    public BpeOptions Options => _options;

    /// <summary>Whether characters that the vocabulary lacks become tokens for their bytes, all 256 of which it has.</summary>
    public bool SpellsEveryByte => _options.FallsBackToBytes && Array.TrueForAll(_fallbackIds, id => id >= 0);

    /// <summary>The token for what cannot be spelt, or <c>null</c>.</summary>
    public string? UnknownToken => _unknownId >= 0 ? _options.UnknownToken : null;

    /// <summary>Whether reading bytes gives the same as reading the symbols that stand for them.</summary>
    public bool ReadsBytes => !HasAffixes
        && (Array.TrueForAll(_symbolIds, id => id >= 0) || (_options.UnknownToken is null && !_options.FallsBackToBytes));

    private bool HasAffixes => _options.ContinuingPrefix.Length > 0 || _options.EndOfWordSuffix.Length > 0;

    /// <summary>Whether no token holds this sign behind another character, so that no merge ever crosses the place before a run of it.</summary>
    public bool SplitsBefore(char sign)
    {
        foreach (var token in Vocabulary.Ids.Keys)
        {
            var first = token.AsSpan().IndexOfAnyExcept(sign);
            if (first >= 0 && token.AsSpan(first).Contains(sign))
            {
                return false;
            }
        }

        return _unitIds[sign] >= 0 && !HasAffixes && !_options.IgnoresMerges;
    }

    /// <summary>Leaves a word's tokens in the workspace, each with the units of the word that it stands for.</summary>
    public void Encode(ReadOnlySpan<char> word, bool asBytes, MergeWorkspace work, ByteBuffer bytes)
    {
        work.Clear();
        if (asBytes)
        {
            bytes.Read(word);
            if (_options.IgnoresMerges && bytes.IdIn(Vocabulary) is var whole and >= 0)
            {
                work.Add(whole, 0, word.Length);
                return;
            }

            AddBytes(bytes, work);
            work.Merge(_pairs);
            bytes.ToUnits(work);
        }
        else if (_options.IgnoresMerges && Vocabulary.IdOf(word) is var whole and >= 0)
        {
            work.Add(whole, 0, word.Length);
        }
        else
        {
            AddCharacters(word, work);
            work.Merge(_pairs);
        }
    }

    private void AddBytes(ByteBuffer bytes, MergeWorkspace work)
    {
        var values = bytes.Values;
        for (var index = 0; index < values.Length; index++)
        {
            var id = _symbolIds[values[index]];
            if (id >= 0)
            {
                work.Add(id, index, index + 1);
            }
        }
    }

    private void AddCharacters(ReadOnlySpan<char> word, MergeWorkspace work)
    {
        var unknownStart = -1;
        var unknownEnd = 0;
        for (var position = 0; position < word.Length;)
        {
            var codePoint = CodePoint.At(word, position, out var length);
            var end = position + length;
            var id = HasAffixes ? IdWithAffixes(word, position, end)
                : length == 1 ? _unitIds[codePoint] : _pairIds.GetValueOrDefault(codePoint, -1);
            if (id >= 0)
            {
                FlushUnknown(work, ref unknownStart, unknownEnd);
                work.Add(id, position, end);
            }
            else if (!TryAddFallback(word, position, end, work) && _unknownId >= 0)
            {
                if (!_options.FusesUnknown)
                {
                    FlushUnknown(work, ref unknownStart, unknownEnd);
                }

                // Bytes of a fallback do not end a run of unknown characters, they go before it: the reference does so.
                unknownStart = unknownStart < 0 ? position : unknownStart;
                unknownEnd = end;
            }

            position = end;
        }

        FlushUnknown(work, ref unknownStart, unknownEnd);
    }

    private void FlushUnknown(MergeWorkspace work, ref int start, int end)
    {
        if (start >= 0)
        {
            work.Add(_unknownId, start, end);
            start = -1;
        }
    }

    private bool TryAddFallback(ReadOnlySpan<char> word, int start, int end, MergeWorkspace work)
    {
        if (!_options.FallsBackToBytes)
        {
            return false;
        }

        Span<byte> values = stackalloc byte[16];
        var text = HasAffixes ? WithAffixes(word, start, end) : word[start..end];
        if (Encoding.UTF8.GetByteCount(text) > values.Length)
        {
            return false;
        }

        values = values[..Encoding.UTF8.GetBytes(text, values)];
        foreach (var value in values)
        {
            if (_fallbackIds[value] < 0)
            {
                return false;
            }
        }

        foreach (var value in values)
        {
            work.Add(_fallbackIds[value], start, end);
        }

        return true;
    }

    private int IdWithAffixes(ReadOnlySpan<char> word, int start, int end) => Vocabulary.IdOf(WithAffixes(word, start, end));

    private ReadOnlySpan<char> WithAffixes(ReadOnlySpan<char> word, int start, int end)
        => string.Concat(start > 0 ? _options.ContinuingPrefix : "", word[start..end], end == word.Length ? _options.EndOfWordSuffix : "");
}
