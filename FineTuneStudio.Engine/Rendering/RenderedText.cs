using FineTuneStudio.Engine.Tokenizers;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>A rendered text with its tokens, and where turns end in it.</summary>
internal sealed class RenderedText(string text, TokenSpan[] tokens, Tokenizer tokenizer)
{
    public string Text => text;

    public bool StartsWith(string beginning) => text.StartsWith(beginning, StringComparison.Ordinal);

    /// <summary>Length of the common beginning of this text and another.</summary>
    public int CommonStart(string other) => text.AsSpan().CommonPrefixLength(other);

    /// <summary>Length of the common end of this text and another.</summary>
    public int CommonEnd(string other) => CommonEnd(text, other);

    /// <summary>Length of the common end of two texts.</summary>
    public static int CommonEnd(string text, string other)
    {
        var length = 0;
        while (length < text.Length && length < other.Length && text[^(length + 1)] == other[^(length + 1)])
        {
            length++;
        }

        return length;
    }

    /// <summary>The end of a turn whose words end at a position: behind the special token that follows, or what else the template writes there.</summary>
    /// <param name="body">Where the words end.</param>
    /// <param name="lastEnd">What follows the words of a last turn, where this is none; <see langword="null"/> where it is the last, or nothing is known.</param>
    public int EndFrom(int body, string? lastEnd)
    {
        // Another turn's header may begin with a special token as well; it ends this one only where a last turn is followed by one, too.
        if ((lastEnd is null || !string.IsNullOrWhiteSpace(lastEnd)) && SpecialAt(SkipSpace(body)) is { } end)
        {
            return end;
        }

        return lastEnd is null ? WithoutBreak(body, text.Length) : WrittenEnd(body, lastEnd);
    }

    /// <summary>The end of a turn that fills a region: behind its last special token where only white space follows, else all of it.</summary>
    /// <param name="start">Where the turn begins.</param>
    /// <param name="limit">Where the region ends.</param>
    /// <param name="endIsWritten">The template writes an end behind a turn, so that a line break after it is none of the turn.</param>
    public int EndBefore(int start, int limit, bool endIsWritten)
    {
        var end = limit;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return endIsWritten || Array.Exists(tokens, token => token.End == end && tokenizer.IsSpecial(token.Id)) ? end : limit;
    }

    /// <summary>Behind the first special token from a position on, or <see langword="null"/>.</summary>
    public int? FirstSpecialFrom(int position)
    {
        foreach (var token in tokens)
        {
            if (token.Start >= position && tokenizer.IsSpecial(token.Id))
            {
                return token.End;
            }
        }

        return null;
    }

    /// <summary>The end that the template writes in plain text, where it is the same behind every turn; else where the words end.</summary>
    private int WrittenEnd(int body, string lastEnd)
    {
        var written = lastEnd.AsSpan().TrimEnd();
        if (written.IsEmpty)
        {
            return body + text.AsSpan(body).CommonPrefixLength(lastEnd);
        }

        var common = text.AsSpan(body, text.AsSpan(body).CommonPrefixLength(written));
        if (common.Length < written.Length)
        {
            // What both write may break off within a word; only its whole lines are an end.
            common = common[..Math.Max(0, common.LastIndexOf('\n'))].TrimEnd();
        }

        return body + common.Length;
    }

    /// <summary>The end of what is left of the text; a line break alone is what ends a turn, one behind something is not.</summary>
    private int WithoutBreak(int start, int end) => string.IsNullOrWhiteSpace(text[start..end]) ? end : start + text.AsSpan(start, end - start).TrimEnd().Length;

    private int? SpecialAt(int position)
    {
        foreach (var token in tokens)
        {
            if (token.Start >= position)
            {
                return token.Start == position && tokenizer.IsSpecial(token.Id) ? token.End : null;
            }
        }

        return null;
    }

    private int SkipSpace(int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return position;
    }
}
