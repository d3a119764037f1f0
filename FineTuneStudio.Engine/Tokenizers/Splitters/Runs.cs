using System.Globalization;
using System.Runtime.CompilerServices;
using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Splitters;

/// <summary>Steps that all scanners share: runs of a class, white space, contractions.</summary>
internal static class Runs
{
    public const uint LetterOrNumber = CodePoint.Letter | CodePoint.Number;
    public const uint SpaceLetterOrNumber = CodePoint.Space | LetterOrNumber;

    /// <summary>Category of the code point at a place and its length in units.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CategoryAt(ReadOnlySpan<char> text, int index, out int length)
    {
        length = 1;
        var category = CodePoint.CategoryOfUnit(text[index]);
        return category != (int)UnicodeCategory.Surrogate ? category : PairCategory(text, index, out length);
    }

    /// <summary>The end of the run of code points in a class that starts at a place; the place itself where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EndOfRun(ReadOnlySpan<char> text, int index, uint mask)
    {
        while ((uint)index < (uint)text.Length)
        {
            var category = CodePoint.CategoryOfUnit(text[index]);
            if (((mask >> category) & 1) != 0 && category != (int)UnicodeCategory.Surrogate)
            {
                index++;
            }
            else if (category == (int)UnicodeCategory.Surrogate && ((mask >> PairCategory(text, index, out var length)) & 1) != 0)
            {
                index += length;
            }
            else
            {
                break;
            }
        }

        return index;
    }

    /// <summary>White space that no word or newline rule took: all of it but the last character, which goes with the word behind it.</summary>
    /// <remarks><c>\s+(?!\S)|\s+</c>; all white space is single units.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EndOfSpace(int start, int endOfRun, int textLength)
        => endOfRun == textLength || endOfRun - start == 1 ? endOfRun : endOfRun - 1;

    /// <summary>The end of <c>'s 't 're 've 'm 'll 'd</c> in either case behind an apostrophe, or -1.</summary>
    public static int EndOfContraction(ReadOnlySpan<char> text, int apostrophe)
    {
        if (apostrophe + 1 >= text.Length)
        {
            return -1;
        }

        // Beside s and S, the long s: the one letter here that has a third case.
        var first = text[apostrophe + 1] == 0x17F ? 's' : (char)(text[apostrophe + 1] | 0x20);
        if (text[apostrophe + 1] >= 0x80 && text[apostrophe + 1] != 0x17F)
        {
            return -1;
        }

        if (first is 's' or 't' or 'm' or 'd')
        {
            return apostrophe + 2;
        }

        if (apostrophe + 2 >= text.Length || text[apostrophe + 2] >= 0x80)
        {
            return -1;
        }

        var second = (char)(text[apostrophe + 2] | 0x20);
        return (first, second) is ('l', 'l') or ('v', 'e') or ('r', 'e') ? apostrophe + 3 : -1;
    }

    private static int PairCategory(ReadOnlySpan<char> text, int index, out int length)
        => CodePoint.Category(CodePoint.At(text, index, out length));
}
