using System.Buffers.Binary;
using System.Text;
using FineTuneStudio.Engine.Tokenizers.Models;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>The parts of a SentencePiece model file (a protocol buffer) that encoding needs.</summary>
/// <param name="Pieces">The pieces in the order of their ids.</param>
/// <param name="AddsDummyPrefix">Whether a space is put in front of every text.</param>
internal sealed record SentencePieceFile(IReadOnlyList<SentencePiece> Pieces, bool AddsDummyPrefix)
{
    private const int PiecesField = 1;
    private const int TrainerField = 2;
    private const int NormalizerField = 3;
    private const int BpeModel = 2;

    /// <summary>Reads a file.</summary>
    public static SentencePieceFile Read(ReadOnlySpan<byte> content, LoadContext context)
    {
        List<SentencePiece> pieces = [];
        var modelKind = 1;
        var addsDummyPrefix = true;
        var removesSpaces = true;
        var hasRules = false;
        while (!content.IsEmpty)
        {
            var (field, value, body) = NextField(ref content, context);
            switch (field)
            {
                case PiecesField:
                    pieces.Add(ReadPiece(body, context));
                    break;
                case TrainerField:
                    while (!body.IsEmpty)
                    {
                        (field, value, _) = NextField(ref body, context);
                        modelKind = field == 3 ? (int)value : modelKind;
                    }

                    break;
                case NormalizerField:
                    while (!body.IsEmpty)
                    {
                        (field, value, var rules) = NextField(ref body, context);
                        hasRules |= field == 2 && !rules.IsEmpty;
                        addsDummyPrefix = field == 3 ? value != 0 : addsDummyPrefix;
                        removesSpaces = field == 4 ? value != 0 : removesSpaces;
                    }

                    break;
                default:
                    break;
            }
        }

        if (modelKind != BpeModel || hasRules || removesSpaces)
        {
            throw context.Fault("Of SentencePiece models only BPE without normalization rules (as Llama's) is built; use the model's tokenizer.json instead.");
        }

        return new SentencePieceFile(pieces, addsDummyPrefix);
    }

    private static SentencePiece ReadPiece(ReadOnlySpan<byte> content, LoadContext context)
    {
        var piece = new SentencePiece("", 0, SentencePieceKind.Normal);
        while (!content.IsEmpty)
        {
            var (field, value, body) = NextField(ref content, context);
            piece = field switch
            {
                1 => piece with { Text = Encoding.UTF8.GetString(body) },
                2 when body.Length == 4 => piece with { Score = BinaryPrimitives.ReadSingleLittleEndian(body) },
                3 => piece with { Kind = (SentencePieceKind)value },
                _ => piece,
            };
        }

        return piece;
    }

    private static Field NextField(ref ReadOnlySpan<byte> content, LoadContext context)
    {
        var key = ReadNumber(ref content, context);
        var length = (key & 7) switch
        {
            0 => 0UL,
            1 => 8UL,
            2 => ReadNumber(ref content, context),
            5 => 4UL,
            _ => throw context.Fault("The SentencePiece model is broken: an unknown kind of field."),
        };
        var value = (key & 7) == 0 ? ReadNumber(ref content, context) : 0;
        if (length > (ulong)content.Length)
        {
            throw context.Fault("The SentencePiece model is broken: it ends too early.");
        }

        var body = content[..(int)length];
        content = content[(int)length..];
        return new Field((int)Math.Min(key >> 3, int.MaxValue), value & int.MaxValue, body);
    }

    private static ulong ReadNumber(ref ReadOnlySpan<byte> content, LoadContext context)
    {
        var result = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (content.IsEmpty)
            {
                break;
            }

            var value = content[0];
            content = content[1..];
            result |= (ulong)(value & 0x7F) << shift;
            if (value < 0x80)
            {
                return result;
            }
        }

        throw context.Fault("The SentencePiece model is broken: a number has no end.");
    }

    private readonly ref struct Field(int number, ulong value, ReadOnlySpan<byte> body)
    {
        private readonly ReadOnlySpan<byte> _body = body;

        public void Deconstruct(out int field, out ulong number1, out ReadOnlySpan<byte> content)
        {
            field = number;
            number1 = value;
            content = _body;
        }
    }
}
