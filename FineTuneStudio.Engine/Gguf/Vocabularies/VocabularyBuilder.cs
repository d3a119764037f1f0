using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tokenizers;
using FineTuneStudio.Engine.Tokenizers.Decoders;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.PreTokenizers;

namespace FineTuneStudio.Engine.Gguf.Vocabularies;

/// <summary>Puts a tokenizer into llama.cpp's form, or says why it has none.</summary>
internal sealed class VocabularyBuilder
{
    private const char Sign = '\u2581';
    private readonly TokenizerParts _parts;
    private readonly int _rows;
    private readonly string _source;
    private readonly List<string> _notes = [];

    private VocabularyBuilder(Tokenizer tokenizer, int rows, string source)
    {
        _parts = tokenizer.Parts;
        _rows = rows;
        _source = source;
    }

    /// <param name="tokenizer">The model's.</param>
    /// <param name="rows">Rows of the embedding; those without a token are padding.</param>
    /// <param name="source">What messages call the tokenizer.</param>
    /// <exception cref="UserErrorException">llama.cpp could not tokenize the same.</exception>
    public static GgufVocabulary Build(Tokenizer tokenizer, int rows, string source) => new VocabularyBuilder(tokenizer, rows, source).Build();

    private GgufVocabulary Build()
    {
        if (_parts.Model.Options.ContinuingPrefix.Length > 0 || _parts.Model.Options.EndOfWordSuffix.Length > 0)
        {
            throw Refuse("Its tokens have prefixes or suffixes inside of words, which llama.cpp does not know.");
        }

        if (_parts.AddedTokens.Any(token => token.IsSingleWord || token.StripsLeft || token.StripsRight))
        {
            _notes.Add("Some special tokens take neighbouring white space along, or stand only between words; llama.cpp finds them without that.");
        }

        return _parts.Decoder is ByteLevelDecoder ? ByBytes() : ByCharacters();
    }

    private GgufVocabulary ByBytes()
    {
        CheckByteNormalizer(_parts.Normalizer);
        var preTokenizer = _parts.PreTokenizer ?? throw Refuse("It does not cut text into words, which llama.cpp always does with symbols for bytes.");
        var name = PreTokenizerNames.Find(preTokenizer, _parts.Model.Options.IgnoresMerges)
            ?? (IgnoringMergesMatters() ? null : PreTokenizerNames.Find(preTokenizer, ignoresMerges: null))
            ?? throw Refuse("It cuts text in a way that llama.cpp has no name for, so it would see other tokens than were trained.");
        if (name == PreTokenizerNames.Kimi)
        {
            _notes.Add("llama.cpp does not cut words like helloWorld at the capital, as the model's tokenizer does; such words become other tokens there.");
        }

        var (tokens, types) = Tokens(spacesFor: null);
        var vocabulary = _parts.Model.Vocabulary;
        return new GgufVocabulary
        {
            Model = "gpt2",
            PreTokenizer = name,
            Tokens = tokens,
            Types = types,
            Merges = [.. _parts.Model.Pairs.All.Select(pair => $"{vocabulary.TokenOf(pair.Left)} {vocabulary.TokenOf(pair.Right)}")],
            Notes = _notes,
        };
    }

    private GgufVocabulary ByCharacters()
    {
        if (!_parts.Model.SpellsEveryByte)
        {
            throw Refuse("It works on characters and has no tokens for the 256 bytes, without which llama.cpp cannot spell every text.");
        }

        var addsPrefix = AddsSpacePrefix();
        var (tokens, types) = Tokens(spacesFor: Sign);
        return new GgufVocabulary
        {
            Model = "llama",
            PreTokenizer = "default",
            Tokens = tokens,
            Types = types,
            Scores = Scores(),
            AddsSpacePrefix = addsPrefix,
            Notes = _notes,
        };
    }

    private void CheckByteNormalizer(Normalizer? normalizer)
    {
        if (normalizer is UnicodeNormalizer)
        {
            _notes.Add("The model's tokenizer normalizes text to a Unicode form first; llama.cpp does not, so text with decomposed accents becomes other tokens there.");
        }
        else if (normalizer is not null and not SequenceNormalizer { Items.Count: 0 })
        {
            throw Refuse("It changes text before it cuts it, which llama.cpp does not do.");
        }
    }

    // A space in front of every piece, of none, or of the first alone; spaces become signs in each case.
    private bool AddsSpacePrefix()
    {
        switch (_parts.Normalizer, _parts.PreTokenizer)
        {
            case (SequenceNormalizer { Items: [PrependNormalizer { Prefix: "\u2581" }, ReplaceNormalizer { Literal: " ", Content: "\u2581" }] }, null):
                return true;
            case (ReplaceNormalizer { Literal: " ", Content: "\u2581" } or SequenceNormalizer { Items: [ReplaceNormalizer { Literal: " ", Content: "\u2581" }] }, null):
                return false;
            case (null, MetaspacePreTokenizer { Sign: Sign } pieces) when !pieces.Splits || _parts.Model.SplitsBefore(Sign):
                if (pieces.Placement == SignPlacement.UnlessThereAtStart)
                {
                    _notes.Add("The model's tokenizer puts a space before the first word of a text alone; the file puts none, as conversations begin with a special token.");
                }

                return pieces.Placement == SignPlacement.UnlessThere;
            default:
                throw Refuse("It changes or cuts text in a way that llama.cpp does not know for vocabularies of characters.");
        }
    }

    private (string[] Tokens, GgufTokenType[] Types) Tokens(char? spacesFor)
    {
        var vocabulary = _parts.Model.Vocabulary;
        var tokens = new string[_rows];
        Array.Fill(tokens, "");
        var types = new GgufTokenType[_rows];
        foreach (var (text, id) in vocabulary.Ids.Where(entry => entry.Value < _rows))
        {
            (tokens[id], types[id]) = (text, GgufTokenType.Normal);
            if (spacesFor is not null)
            {
                types[id] = ByteFallbackDecoder.ByteOf(text) is not null ? GgufTokenType.Byte : text == _parts.Model.UnknownToken ? GgufTokenType.Unknown : GgufTokenType.Normal;
            }
        }

        foreach (var token in _parts.AddedTokens.Where(token => token.Id < _rows && types[token.Id] != GgufTokenType.Unknown))
        {
            (tokens[token.Id], types[token.Id]) = token.IsSpecial
                ? (token.Content, GgufTokenType.Control)
                : (spacesFor is { } sign ? token.Content.Replace(sign, ' ') : token.Content, GgufTokenType.UserDefined);
        }

        for (var id = 0; id < tokens.Length; id++)
        {
            if (tokens[id].Length == 0)
            {
                (tokens[id], types[id]) = ($"[PAD{id}]", GgufTokenType.Unused);
            }
        }

        var twice = tokens.GroupBy(token => token, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? (tokens, types) : throw Refuse($"It has the text '{twice.Key}' under two ids, which llama.cpp refuses.");
    }

    // A token that merges make is the better the earlier it can be made; what no merge makes is never looked for.
    private float[] Scores()
    {
        const float Never = -1e9f;
        var scores = new float[_rows];
        Array.Fill(scores, Never);
        var place = 0;
        foreach (var (_, _, merged, _) in _parts.Model.Pairs.All.Where(pair => pair.Merged < _rows))
        {
            if (scores[merged] == Never)
            {
                scores[merged] = -place++;
            }
        }

        return scores;
    }

    // A model that takes whole words as they are differs only where merging would not reach such a word.
    private bool IgnoringMergesMatters()
    {
        var work = new MergeWorkspace();
        var plain = new BpeModel(_parts.Model.Vocabulary, _parts.Model.Pairs, _parts.Model.Options with { IgnoresMerges = false });
        var bytes = new ByteBuffer();
        var added = _parts.AddedTokens.Select(token => token.Id).ToHashSet();
        foreach (var (text, id) in _parts.Model.Vocabulary.Ids.Where(entry => !added.Contains(entry.Value)))
        {
            plain.Encode(text, asBytes: false, work, bytes);
            if (work.Count != 1 || work.Ids[0] != id)
            {
                return true;
            }
        }

        return false;
    }

    private UserErrorException Refuse(string message) => new(_source, $"llama.cpp cannot hold this tokenizer. {message} Export the model merged as safetensors instead.");
}
