using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>Cuts by a splitter.</summary>
internal sealed class SplitterPreTokenizer(Splitter splitter) : PreTokenizer
{
    /// <inheritdoc/>
    public override Splitter AsSplitter => splitter;

    /// <inheritdoc/>
    public override void Apply(AlignedText piece, List<AlignedText> pieces)
    {
        var ends = new EndList();
        splitter.Split(piece.Span, 0, ends);
        var start = 0;
        foreach (var end in ends.Ends)
        {
            pieces.Add(piece.Slice(start, end - start));
            start = end;
        }
    }
}
