using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary><c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>: GPT-2 and every plain ByteLevel.</summary>
internal readonly struct Gpt2Scanner : IScanner
{
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <inheritdoc/>
    public int Next(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && EndOfLowerContraction(text, start) is var end and > 0)
        {
            return end;
        }

        var word = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var bit = 1u << Runs.CategoryAt(text, word, out _);
        if ((bit & CodePoint.Letter) != 0)
        {
            return Runs.EndOfRun(text, word, CodePoint.Letter);
        }

        if ((bit & CodePoint.Number) != 0)
        {
            return Runs.EndOfRun(text, word, CodePoint.Number);
        }

        return (bit & CodePoint.Space) == 0
            ? Runs.EndOfRun(text, word, ~Runs.SpaceLetterOrNumber)
            : Runs.EndOfSpace(start, Runs.EndOfRun(text, word, CodePoint.Space), text.Length);
    }

    private static int EndOfLowerContraction(ReadOnlySpan<char> text, int apostrophe)
    {
        var end = Runs.EndOfContraction(text, apostrophe);
        return end > 0 && text[(apostrophe + 1)..end].ContainsAnyExceptInRange('a', 'z') ? -1 : end;
    }
}
