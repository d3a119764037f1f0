using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>Takes white space off the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    /// <inheritdoc/>
    public override AlignedText Apply(AlignedText text)
    {
        var span = text.Span;
        var start = 0;
        var end = text.Length;
        while (left && start < end && CodePoint.IsSpace(span[start]))
        {
            start++;
        }

        while (right && end > start && CodePoint.IsSpace(span[end - 1]))
        {
            end--;
        }

        return text.Slice(start, end - start);
    }
}
