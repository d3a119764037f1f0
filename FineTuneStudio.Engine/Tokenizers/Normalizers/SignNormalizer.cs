using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>SentencePiece's way with spaces in one pass: a sign for each space and one in front.</summary>
/// <remarks>The same as <c>Prepend</c> with <c>Replace</c>, or as <c>Metaspace</c> before it cuts, without a map where the text had none.</remarks>
internal sealed class SignNormalizer(char sign, SignPlacement placement) : Normalizer
{
    /// <inheritdoc/>
    public override AlignedText Apply(AlignedText text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var span = text.Span;
        var startsWithSign = span.Length > 0 && (span[0] == sign || span[0] == ' ');
        var prepends = placement switch
        {
            SignPlacement.UnlessEmpty => true,
            SignPlacement.UnlessThere => !startsWithSign,
            SignPlacement.UnlessThereAtStart => !startsWithSign && text.PointAt(0) == 0,
            _ => false,
        };
        return text.IsPlain ? ApplyPlain(text, prepends) : ApplyMapped(text, prepends);
    }

    private AlignedText ApplyPlain(AlignedText text, bool prepends)
    {
        var added = prepends ? 1 : 0;
        var result = new char[text.Length + added];
        result[0] = prepends ? sign : default;
        text.Span.Replace(result.AsSpan(added), ' ', sign);
        return text.WithText(result, added);
    }

    private AlignedText ApplyMapped(AlignedText text, bool prepends)
    {
        var builder = new AlignedTextBuilder(text.Length + 1);
        if (prepends)
        {
            builder.Append(sign, text.PointAt(0), text.PointAt(0));
        }

        var span = text.Span;
        for (var index = 0; index < span.Length; index++)
        {
            builder.Append(span[index] == ' ' ? sign : span[index], text.StartOf(index), text.EndOf(index));
        }

        return builder.Build();
    }
}
