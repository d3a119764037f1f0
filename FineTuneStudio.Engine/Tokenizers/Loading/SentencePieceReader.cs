using FineTuneStudio.Engine.Tokenizers.Added;
using FineTuneStudio.Engine.Tokenizers.Decoders;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.PostProcessors;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Builds a tokenizer of a SentencePiece vocabulary of the BPE kind: pieces with scores instead of merges.</summary>
internal static class SentencePieceReader
{
    private const char Sign = '\u2581';

    /// <summary>Whether a file begins like a SentencePiece model: its first field is a piece.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> content) => content.Length > 4 && content[0] == 0x0A && content[2] == 0x0A;

    /// <summary>The parts of a model file.</summary>
    public static TokenizerParts Read(ReadOnlySpan<byte> content, LoadContext context)
    {
        var file = SentencePieceFile.Read(content, context);
        return Create(file.Pieces, file.AddsDummyPrefix);
    }

    /// <summary>The parts of a vocabulary: spaces as signs, one in front, bytes for what the pieces do not spell.</summary>
    /// <param name="pieces">The pieces in the order of their ids.</param>
    /// <param name="addsDummyPrefix">Whether a space is put in front of every text.</param>
    public static TokenizerParts Create(IReadOnlyList<SentencePiece> pieces, bool addsDummyPrefix)
    {
        Dictionary<string, int> ids = new(pieces.Count, StringComparer.Ordinal);
        var ranks = Ranks(pieces);
        for (var id = 0; id < pieces.Count; id++)
        {
            ids.TryAdd(pieces[id].Text, id);
        }

        var vocabulary = new Vocabulary(ids);
        var options = new BpeOptions
        {
            UnknownToken = pieces.FirstOrDefault(piece => piece.Kind == SentencePieceKind.Unknown).Text,
            FusesUnknown = true,
            FallsBackToBytes = pieces.Any(piece => piece.Kind == SentencePieceKind.Byte),
        };
        Normalizer spaces = new ReplaceNormalizer(new LiteralFinder(" "), $"{Sign}", literal: " ");
        return new TokenizerParts
        {
            Model = new BpeModel(vocabulary, RankedPairs.Build(vocabulary, id => ranks[id]), options),
            AddedTokens = [.. Special(pieces)],
            Normalizer = addsDummyPrefix ? new SequenceNormalizer([new PrependNormalizer($"{Sign}"), spaces]) : spaces,
            Frame = FrameOf(pieces),
            Decoder = new SentencePieceDecoder(pieces, addsDummyPrefix),
            ReadsSpecialAsPlain = true,
        };
    }

    private static TokenFrame FrameOf(IReadOnlyList<SentencePiece> pieces)
    {
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id] is { Kind: SentencePieceKind.Control, Text: "<s>" })
            {
                return new TokenFrame([id], []);
            }
        }

        return TokenFrame.Empty;
    }

    /// <summary>The place of each piece among the scores, best first and equals alike; -1 for pieces that text never becomes.</summary>
    private static int[] Ranks(IReadOnlyList<SentencePiece> pieces)
    {
        var scores = pieces.Select(piece => piece.Score).Distinct().OrderDescending().ToArray();
        var places = new Dictionary<float, int>();
        foreach (var score in scores)
        {
            places[score] = places.Count;
        }

        return [.. pieces.Select(piece => piece.Kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined ? places[piece.Score] : -1)];
    }

    private static IEnumerable<AddedToken> Special(IReadOnlyList<SentencePiece> pieces)
    {
        for (var id = 0; id < pieces.Count; id++)
        {
            if (pieces[id].Kind is SentencePieceKind.Control or SentencePieceKind.Unknown)
            {
                yield return new AddedToken { Id = id, Content = pieces[id].Text, IsSpecial = true };
            }
            else if (pieces[id].Kind == SentencePieceKind.UserDefined)
            {
                yield return new AddedToken { Id = id, Content = pieces[id].Text };
            }
        }
    }
}
