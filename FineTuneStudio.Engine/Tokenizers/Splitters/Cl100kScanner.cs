using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c> and its
/// relatives: cl100k, Llama 3, Qwen 2 and 3 (one digit at a time), DeepSeek's and others' variants of it.
/// </summary>
/// <param name="mostDigits">How many digits stay together.</param>
/// <param name="keepsLastSpace">Whether white space up to the end of the text stays together, newlines and all (<c>\s++$</c>).</param>
internal readonly struct Cl100kScanner(int mostDigits, bool keepsLastSpace) : IScanner
{
    /// <inheritdoc/>
    public int Next(ReadOnlySpan<char> text, int start)
    {
        var first = text[start];
        var bit = 1u << Runs.CategoryAt(text, start, out var length);
        if ((bit & CodePoint.Letter) != 0)
        {
            return Runs.EndOfRun(text, start, CodePoint.Letter);
        }

        if ((bit & CodePoint.Number) != 0)
        {
            return EndOfDigits(text, start);
        }

        if (first == '\'' && Runs.EndOfContraction(text, start) is var contraction and > 0)
        {
            return contraction;
        }

        var second = start + length;
        if (first is not ('\r' or '\n') && second < text.Length && ((1u << Runs.CategoryAt(text, second, out _)) & CodePoint.Letter) != 0)
        {
            return Runs.EndOfRun(text, second, CodePoint.Letter);
        }

        var word = first == ' ' ? second : start;
        var end = Runs.EndOfRun(text, word, ~Runs.SpaceLetterOrNumber);
        if (end > word)
        {
            return SkipNewlines(text, end);
        }

        return EndOfSpaces(text, start);
    }

    internal static int SkipNewlines(ReadOnlySpan<char> text, int index)
    {
        while (index < text.Length && text[index] is '\r' or '\n')
        {
            index++;
        }

        return index;
    }

    private int EndOfSpaces(ReadOnlySpan<char> text, int start)
    {
        var end = Runs.EndOfRun(text, start, CodePoint.Space);
        if (keepsLastSpace && end == text.Length)
        {
            return end;
        }

        var newline = text[start..end].LastIndexOfAny('\r', '\n');
        return newline >= 0 ? start + newline + 1 : Runs.EndOfSpace(start, end, text.Length);
    }

    private int EndOfDigits(ReadOnlySpan<char> text, int index)
    {
        for (var count = 0; count < mostDigits && index < text.Length; count++)
        {
            if (((1u << Runs.CategoryAt(text, index, out var length)) & CodePoint.Number) == 0)
            {
                break;
            }

            index += length;
        }

        return index;
    }
}
