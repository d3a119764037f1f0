using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>Changes each code point by itself: to another, to several, or to nothing.</summary>
/// <param name="map">The text in place of a code point, or <c>null</c> where it stays.</param>
internal sealed class MappingNormalizer(Func<int, string?> map) : Normalizer
{
    /// <inheritdoc/>
    public override AlignedText Apply(AlignedText text)
    {
        var span = text.Span;
        AlignedTextBuilder? builder = null;
        for (var position = 0; position < span.Length;)
        {
            var replacement = map(CodePoint.At(span, position, out var length));
            if (replacement is not null && builder is null)
            {
                builder = new AlignedTextBuilder(text.Length);
                builder.Copy(text, 0, position);
            }

            if (replacement is not null)
            {
                builder!.Append(replacement, text.StartOf(position), text.EndOf(position + length - 1));
            }
            else
            {
                builder?.Copy(text, position, length);
            }

            position += length;
        }

        return builder?.Build() ?? text;
    }
}
