using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>Cuts a text into pieces that together are the text: nothing removed, nothing changed.</summary>
/// <remarks>Pre-tokenizers of this kind need no copies of the text, only the places where it is cut.</remarks>
internal abstract class Splitter
{
    /// <summary>Appends where each piece ends, plus <paramref name="offset"/>; the last end is the text's.</summary>
    public abstract void Split(ReadOnlySpan<char> text, int offset, EndList ends);
}
