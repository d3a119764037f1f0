using System.Text;
using FineTuneStudio.Engine.Tokenizers.Models;

namespace FineTuneStudio.Engine.Tokenizers.Decoders;

/// <summary>SentencePiece's own way back: signs are spaces, control tokens nothing, the unknown token <c> ⁇ </c>, each broken byte U+FFFD.</summary>
internal sealed class SentencePieceDecoder : Decoder
{
    private const string Unknown = " \u2047 ";
    private const char Sign = '\u2581';
    private readonly Dictionary<string, SentencePieceKind> _kinds;
    private readonly bool _dropsFirstSpace;

    public SentencePieceDecoder(IReadOnlyList<SentencePiece> pieces, bool dropsFirstSpace)
    {
        _kinds = pieces.Where(piece => piece.Kind is not SentencePieceKind.Normal and not SentencePieceKind.UserDefined)
            .DistinctBy(piece => piece.Text)
            .ToDictionary(piece => piece.Text, piece => piece.Kind, StringComparer.Ordinal);
        _dropsFirstSpace = dropsFirstSpace;
    }

    /// <inheritdoc/>
    public override List<string> Apply(List<string> pieces)
    {
        var result = new StringBuilder();
        List<byte> run = [];
        var droppedSpace = false;
        foreach (var piece in pieces)
        {
            var kind = _kinds.GetValueOrDefault(piece, SentencePieceKind.Normal);
            if (kind == SentencePieceKind.Byte && ByteFallbackDecoder.ByteOf(piece) is { } value)
            {
                run.Add(value);
                continue;
            }

            Flush(run, result);
            var isFirst = _dropsFirstSpace && result.Length == 0 && !droppedSpace;
            if (kind == SentencePieceKind.Unknown)
            {
                result.Append(Unknown);
            }
            else if (kind != SentencePieceKind.Control)
            {
                var drops = isFirst && piece.StartsWith(Sign);
                droppedSpace |= drops;
                result.Append((drops ? piece[1..] : piece).Replace(Sign, ' '));
            }
        }

        Flush(run, result);
        return [result.ToString()];
    }

    private static void Flush(List<byte> run, StringBuilder result)
    {
        var rest = run.ToArray().AsSpan();
        while (!rest.IsEmpty)
        {
            // One sign for each broken byte, where the runtime's decoder would give one for the whole broken part.
            var status = Rune.DecodeFromUtf8(rest, out var rune, out var length);
            var isBroken = status != System.Buffers.OperationStatus.Done;
            result.Append(isBroken ? "\uFFFD" : rune.ToString());
            rest = rest[(isBroken ? 1 : length)..];
        }

        run.Clear();
    }
}
