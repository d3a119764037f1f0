using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>Cuts text into the pieces that the model sees one by one.</summary>
internal abstract class PreTokenizer
{
    /// <summary>The same as a splitter where nothing is removed or changed, else <c>null</c>.</summary>
    public virtual Splitter? AsSplitter => null;

    /// <summary>Appends the pieces of one piece; none of them empty.</summary>
    public abstract void Apply(AlignedText piece, List<AlignedText> pieces);
}
