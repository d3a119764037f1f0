using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>SentencePiece's: a sign for each space, one more in front, cut before each sign.</summary>
internal sealed class MetaspacePreTokenizer(string sign, PrependScheme scheme, bool splits) : PreTokenizer
{
    private readonly ReplaceNormalizer _spaces = new(new LiteralFinder(" "), sign, literal: " ");
    private readonly DelimiterPreTokenizer _words = new(new LiteralFinder(sign), DelimiterBehavior.MergedWithNext);

    /// <summary>The sign where it is a single unit, as it always is outside of tests.</summary>
    public char? Sign => sign.Length == 1 ? sign[0] : null;

    /// <summary>Whether it cuts before each sign.</summary>
    public bool Splits => splits;

    /// <summary>When a sign is put in front.</summary>
    public SignPlacement Placement => scheme switch
    {
        PrependScheme.Always => SignPlacement.UnlessThere,
        PrependScheme.First => SignPlacement.UnlessThereAtStart,
        _ => SignPlacement.Never,
    };

    /// <inheritdoc/>
    public override void Apply(AlignedText piece, List<AlignedText> pieces)
    {
        piece = _spaces.Apply(piece);
        var prepends = scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.PointAt(0) == 0);
        if (prepends && piece.Length > 0 && !piece.Span.StartsWith(sign))
        {
            var builder = new AlignedTextBuilder(piece.Length + sign.Length);
            builder.Append(sign, piece.PointAt(0), piece.PointAt(0));
            builder.Copy(piece, 0, piece.Length);
            piece = builder.Build();
        }

        if (splits)
        {
            _words.Apply(piece, pieces);
        }
        else if (piece.Length > 0)
        {
            pieces.Add(piece);
        }
    }
}
