using FineTuneStudio.Engine.Tokenizers.Added;
using FineTuneStudio.Engine.Tokenizers.Models;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers;

/// <summary>What one thread needs while it encodes one text; kept for the next text.</summary>
internal sealed class EncoderState
{
    public TokenBuffer Output { get; } = new();

    public WordCache Cache { get; } = new();

    public MergeWorkspace Work { get; } = new();

    public ByteBuffer Bytes { get; } = new();

    public List<AddedPiece> RawPieces { get; } = [];

    public List<AddedPiece> NormalizedPieces { get; } = [];

    /// <summary>Where the words end; <see cref="OuterEnds"/> is where those of the splitter before did.</summary>
    public EndList Ends { get; set; } = new();

    public EndList OuterEnds { get; set; } = new();
}
