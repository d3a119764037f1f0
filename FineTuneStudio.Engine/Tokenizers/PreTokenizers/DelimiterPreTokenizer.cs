using FineTuneStudio.Engine.Tokenizers.Patterns;
using FineTuneStudio.Engine.Tokenizers.Splitters;
using FineTuneStudio.Engine.Tokenizers.Texts;

namespace FineTuneStudio.Engine.Tokenizers.PreTokenizers;

/// <summary>Cuts at what a finder finds: <c>Split</c>, <c>Punctuation</c>, <c>Digits</c>, <c>WhitespaceSplit</c> and their kin.</summary>
/// <param name="finder">Finds the delimiters.</param>
/// <param name="behavior">What becomes of them.</param>
/// <param name="inverts">Whether what lies between the matches is the delimiter instead.</param>
internal sealed class DelimiterPreTokenizer(MatchFinder finder, DelimiterBehavior behavior, bool inverts = false) : PreTokenizer
{
    /// <inheritdoc/>
    public override Splitter? AsSplitter => behavior == DelimiterBehavior.Removed ? null : new DelimiterSplitter(this);

    /// <inheritdoc/>
    public override void Apply(AlignedText piece, List<AlignedText> pieces)
    {
        foreach (var (start, end) in Cut(piece.Span))
        {
            pieces.Add(piece.Slice(start, end - start));
        }
    }

    private List<(int Start, int End)> Cut(ReadOnlySpan<char> text)
    {
        var parts = Parts(text);
        List<(int Start, int End)> result = [];
        switch (behavior)
        {
            case DelimiterBehavior.Removed:
                result.AddRange(parts.Where(part => !part.IsMatch).Select(part => (part.Start, part.End)));
                break;
            case DelimiterBehavior.Isolated:
                result.AddRange(parts.Select(part => (part.Start, part.End)));
                break;
            default:
                Merge(parts, result);
                break;
        }

        result.RemoveAll(range => range.Start == range.End);
        return result;
    }

    private void Merge(List<Part> parts, List<(int Start, int End)> result)
    {
        if (behavior == DelimiterBehavior.MergedWithNext)
        {
            parts.Reverse();
        }

        var wasMatch = false;
        foreach (var part in parts)
        {
            var joins = behavior == DelimiterBehavior.Contiguous ? part.IsMatch == wasMatch : part.IsMatch && !wasMatch;
            if (joins && result.Count > 0)
            {
                result[^1] = (Math.Min(result[^1].Start, part.Start), Math.Max(result[^1].End, part.End));
            }
            else
            {
                result.Add((part.Start, part.End));
            }

            wasMatch = part.IsMatch;
        }

        if (behavior == DelimiterBehavior.MergedWithNext)
        {
            result.Reverse();
        }
    }

    private List<Part> Parts(ReadOnlySpan<char> text)
    {
        List<Part> parts = [];
        var done = 0;
        foreach (var (start, end) in finder.FindAll(text))
        {
            if (start > done)
            {
                parts.Add(new Part(done, start, inverts));
            }

            parts.Add(new Part(start, end, !inverts));
            done = end;
        }

        if (done < text.Length)
        {
            parts.Add(new Part(done, text.Length, inverts));
        }

        return parts;
    }

    private readonly record struct Part(int Start, int End, bool IsMatch);

    private sealed class DelimiterSplitter(DelimiterPreTokenizer owner) : Splitter
    {
        public override void Split(ReadOnlySpan<char> text, int offset, EndList ends)
        {
            foreach (var (_, end) in owner.Cut(text))
            {
                ends.Add(offset + end);
            }
        }
    }
}
