using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>Puts a fixed text in the place of every match; <c>$1</c> is plain text, as in the reference.</summary>
internal sealed class ReplaceNormalizer(MatchFinder finder, string content, string? literal) : Normalizer
{
    /// <summary>What is put in.</summary>
    public string Content { get; } = content;

    /// <summary>What is replaced, where that is a fixed text.</summary>
    public string? Literal { get; } = literal;

    /// <inheritdoc/>
    public override AlignedText Apply(AlignedText text)
    {
        var matches = finder.FindAll(text.Span);
        if (matches.Count == 0)
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text.Length);
        var done = 0;
        foreach (var (start, end) in matches)
        {
            builder.Copy(text, done, start - done);
            builder.Append(Content, text.PointAt(start), end > start ? text.EndOf(end - 1) : text.PointAt(start));
            done = end;
        }

        builder.Copy(text, done, text.Length - done);
        return builder.Build();
    }
}
