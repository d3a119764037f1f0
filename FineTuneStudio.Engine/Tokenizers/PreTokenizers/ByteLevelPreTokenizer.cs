using FineTuneStudio.Engine.Tokenizers.Normalizers;
using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>GPT-2's: perhaps a space in front, perhaps GPT-2's pattern, then a symbol for each byte.</summary>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, bool splits) : PreTokenizer
{
    private static readonly MappingNormalizer Symbols = new(Mappings.ByteLevel);
    private static readonly SplitterPreTokenizer Words = new(new ScannerSplitter<Gpt2Scanner>(default));

    /// <summary>Whether a space is put in front of what does not begin with one.</summary>
    public bool AddsPrefixSpace { get; } = addsPrefixSpace;

    /// <summary>The cutting part of it, where it cuts.</summary>
    public Splitter? WordSplitter => splits ? Words.AsSplitter : null;

    /// <inheritdoc/>
    public override void Apply(AlignedText piece, List<AlignedText> pieces)
    {
        if (AddsPrefixSpace && piece.Length > 0 && piece.Span[0] != ' ')
        {
            var builder = new AlignedTextBuilder(piece.Length + 1);
            builder.Append(" ", piece.PointAt(0), piece.PointAt(0));
            builder.Copy(piece, 0, piece.Length);
            piece = builder.Build();
        }

        List<AlignedText> words = [];
        if (splits)
        {
            Words.Apply(piece, words);
        }
        else
        {
            words.Add(piece);
        }

        pieces.AddRange(words.Where(word => word.Length > 0).Select(Symbols.Apply));
    }
}
