using FineTuneStudio.Engine.Tokenizers.Texts;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Normalizers;

/// <summary>The normalization forms NFC, NFD, NFKC and NFKD.</summary>
internal sealed class UnicodeNormalizer(bool composes, bool compatibility) : Normalizer
{
    /// <inheritdoc/>
    public override AlignedText Apply(AlignedText text)
    {
        var span = text.Span;
        var isSettled = composes && !compatibility ? IsSurelyNfc(span) : !span.ContainsAnyExceptInRange('\0', '\u009F');
        if (isSettled)
        {
            return text;
        }

        var builder = new AlignedTextBuilder(text.Length);
        List<Part> segment = [];
        List<int> decomposed = [];
        var tables = NormalizationTables.Instance;
        for (var position = 0; position < span.Length;)
        {
            decomposed.Clear();
            tables.Decompose(CodePoint.At(span, position, out var length), compatibility, decomposed);
            foreach (var codePoint in decomposed)
            {
                var part = new Part(codePoint, tables.CombiningClass(codePoint), text.StartOf(position), text.EndOf(position + length - 1));
                if (part.Class == 0 && segment.Count > 0 && !MayCompose(segment, part))
                {
                    Flush(segment, builder);
                }

                segment.Add(part);
            }

            position += length;
        }

        Flush(segment, builder);
        var result = builder.Build();
        return result.Span.SequenceEqual(span) ? text : result;
    }

    /// <summary>Nothing in it decomposes, composes or moves; false only means that it has to be tried.</summary>
    private static bool IsSurelyNfc(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyExceptInRange('\0', '\u02FF');
        if (first < 0)
        {
            return true;
        }

        var tables = NormalizationTables.Instance;
        for (var index = first; index < text.Length; index++)
        {
            if (tables.MayChangeUnderNfc(text[index]) && !IsPlainPair(text, ref index, tables))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Passes over a pair above the basic plane that has no part in any normalization, an emoji for instance.</summary>
    private static bool IsPlainPair(ReadOnlySpan<char> text, ref int index, NormalizationTables tables)
    {
        if (!char.IsHighSurrogate(text[index]))
        {
            return false;
        }

        var codePoint = CodePoint.At(text, index, out var length);
        index += length - 1;
        return !tables.HasPart(codePoint);
    }

    /// <summary>A starter only matters to what stands before it where it can melt into a starter that nothing separates from it.</summary>
    private bool MayCompose(List<Part> segment, Part starter)
        => composes && segment.TrueForAll(part => part.Class == 0) && NormalizationTables.Instance.Compose(Composed(segment), starter.CodePoint) >= 0;

    private static int Composed(List<Part> starters)
    {
        var result = starters[0].CodePoint;
        for (var index = 1; index < starters.Count; index++)
        {
            result = NormalizationTables.Instance.Compose(result, starters[index].CodePoint);
        }

        return result;
    }

    private void Flush(List<Part> segment, AlignedTextBuilder builder)
    {
        // Stable by class behind the starters; insertion would be quadratic on a text that is nothing but marks.
        var ordered = segment.Count > 1 ? segment.OrderBy(part => part.Class).ToList() : segment;
        if (composes && ordered.Count > 1)
        {
            ordered = Compose(ordered);
        }

        foreach (var part in ordered)
        {
            builder.Append(part.CodePoint, part.Start, part.End);
        }

        segment.Clear();
    }

    private static List<Part> Compose(List<Part> parts)
    {
        List<Part> result = [parts[0]];
        var lastClass = 0;
        for (var index = 1; index < parts.Count; index++)
        {
            var part = parts[index];
            var starter = result[0];
            var isBlocked = starter.Class != 0 || (result.Count > 1 && lastClass >= part.Class);
            var composed = isBlocked ? -1 : NormalizationTables.Instance.Compose(starter.CodePoint, part.CodePoint);
            if (composed >= 0)
            {
                result[0] = new Part(composed, 0, Math.Min(starter.Start, part.Start), Math.Max(starter.End, part.End));
            }
            else
            {
                result.Add(part);
                lastClass = part.Class;
            }
        }

        return result;
    }

    private readonly record struct Part(int CodePoint, int Class, int Start, int End);
}
