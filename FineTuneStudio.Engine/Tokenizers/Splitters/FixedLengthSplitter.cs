using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>Cuts after every so many code points.</summary>
internal sealed class FixedLengthSplitter(int length) : Splitter
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, int offset, EndList ends)
    {
        for (var position = 0; position < text.Length;)
        {
            for (var count = 0; count < length && position < text.Length; count++)
            {
                _ = CodePoint.At(text, position, out var units);
                position += units;
            }

            ends.Add(offset + position);
        }
    }
}
