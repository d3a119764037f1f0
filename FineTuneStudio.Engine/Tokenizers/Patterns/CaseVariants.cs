using System.Text;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>The code points that <c>(?i)</c> takes for each other: one character for one character.</summary>
internal static class CaseVariants
{
    /// <summary>The other members of a code point's case family.</summary>
    public static IEnumerable<int> Of(int codePoint)
    {
        // Two Latin letters and two letter-like signs fold onto letters that lower and upper case alone do not lead to.
        switch (codePoint)
        {
            case 's' or 'S':
                yield return 0x17F;
                break;
            case 'k' or 'K':
                yield return 0x212A;
                break;
            case 0xE5 or 0xC5:
                yield return 0x212B;
                break;
            case 0x17F:
                yield return 's';
                yield return 'S';
                yield break;
            case 0x212A:
                yield return 'k';
                yield return 'K';
                yield break;
            case 0x212B:
                yield return 0xE5;
                yield return 0xC5;
                yield break;
            default:
                break;
        }

        if (!Rune.TryCreate(codePoint, out var rune))
        {
            yield break;
        }

        var upper = Rune.ToUpperInvariant(rune).Value;
        var lower = Rune.ToLowerInvariant(rune).Value;
        var lowerOfUpper = Rune.ToLowerInvariant(new Rune(upper)).Value;
        if (upper != codePoint)
        {
            yield return upper;
        }

        if (lower != codePoint)
        {
            yield return lower;
        }

        if (lowerOfUpper != codePoint && lowerOfUpper != lower)
        {
            yield return lowerOfUpper;
        }
    }
}
