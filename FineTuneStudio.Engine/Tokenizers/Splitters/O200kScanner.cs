using System.Globalization;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>GPT-4o's pattern: words are cut where a capital follows a small letter, and keep their contraction.</summary>
internal readonly struct O200kScanner : IScanner
{
    public const string Pattern =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const uint EitherCase = (1u << (int)UnicodeCategory.ModifierLetter) | (1u << (int)UnicodeCategory.OtherLetter) | CodePoint.Mark;
    private const uint Upper = EitherCase | (1u << (int)UnicodeCategory.UppercaseLetter) | (1u << (int)UnicodeCategory.TitlecaseLetter);
    private const uint Lower = EitherCase | (1u << (int)UnicodeCategory.LowercaseLetter);

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<char> text, int start)
    {
        var first = text[start];
        var bit = 1u << Runs.CategoryAt(text, start, out var length);
        if ((bit & CodePoint.Number) != 0)
        {
            return EndOfDigits(text, start);
        }

        var second = (bit & CodePoint.Letter) == 0 && first is not ('\r' or '\n') ? start + length : start;
        var word = EndOfWord(text, second, start);
        if (word > 0)
        {
            return word < text.Length && text[word] == '\'' && Runs.EndOfContraction(text, word) is var end and > 0 ? end : word;
        }

        return EndOfOthers(text, start);
    }

    /// <summary>The two word rules, each tried behind the optional first character and then from it; -1 where none fits.</summary>
    private static int EndOfWord(ReadOnlySpan<char> text, int second, int start)
    {
        var end = EndOfLowerWord(text, second);
        end = end < 0 && second != start ? EndOfLowerWord(text, start) : end;
        end = end < 0 ? EndOfUpperWord(text, second) : end;
        return end < 0 && second != start ? EndOfUpperWord(text, start) : end;
    }

    private static int EndOfLowerWord(ReadOnlySpan<char> text, int index)
    {
        var capitals = Runs.EndOfRun(text, index, Upper);
        var end = Runs.EndOfRun(text, capitals, Lower);
        if (end > capitals)
        {
            return end;
        }

        // No small letter behind the capitals: the last of them that can stand for one must be it.
        for (var last = capitals; last > index;)
        {
            var previous = CodePoint.Previous(text, last);
            if (((1u << Runs.CategoryAt(text, previous, out _)) & Lower) != 0)
            {
                return last;
            }

            last = previous;
        }

        return -1;
    }

    private static int EndOfUpperWord(ReadOnlySpan<char> text, int index)
    {
        var capitals = Runs.EndOfRun(text, index, Upper);
        return capitals > index ? Runs.EndOfRun(text, capitals, Lower) : -1;
    }

    private static int EndOfDigits(ReadOnlySpan<char> text, int index)
    {
        for (var count = 0; count < 3 && index < text.Length; count++)
        {
            if (((1u << Runs.CategoryAt(text, index, out var length)) & CodePoint.Number) == 0)
            {
                break;
            }

            index += length;
        }

        return index;
    }

    private static int EndOfOthers(ReadOnlySpan<char> text, int start)
    {
        var word = text[start] == ' ' ? start + 1 : start;
        var end = Runs.EndOfRun(text, word, ~Runs.SpaceLetterOrNumber);
        if (end > word)
        {
            while (end < text.Length && text[end] is '\r' or '\n' or '/')
            {
                end++;
            }

            return end;
        }

        end = Runs.EndOfRun(text, start, CodePoint.Space);
        var newline = text[start..end].LastIndexOfAny('\r', '\n');
        return newline >= 0 ? start + newline + 1 : Runs.EndOfSpace(start, end, text.Length);
    }
}
