namespace FineTuneStudio.Engine.Tokenizers.Unicode;

/// <summary>Hangul syllables are taken apart and put together by arithmetic (The Unicode Standard, section 3.12).</summary>
internal static class Hangul
{
    public const int SyllableBase = 0xAC00;
    public const int LeadBase = 0x1100;
    public const int VowelBase = 0x1161;
    public const int TrailBase = 0x11A7;
    public const int LeadCount = 19;
    public const int VowelCount = 21;
    public const int TrailCount = 28;
    public const int SyllableCount = LeadCount * VowelCount * TrailCount;

    /// <summary>What two code points compose to, or -1.</summary>
    public static int Compose(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            return SyllableBase + ((((first - LeadBase) * VowelCount) + (second - VowelBase)) * TrailCount);
        }

        var isOpen = first is >= SyllableBase and < SyllableBase + SyllableCount && (first - SyllableBase) % TrailCount == 0;
        return isOpen && second is > TrailBase and < TrailBase + TrailCount ? first + (second - TrailBase) : -1;
    }

    /// <summary>Appends the letters of a syllable; false for anything else.</summary>
    public static bool Decompose(int codePoint, List<int> target)
    {
        if (codePoint is < SyllableBase or >= SyllableBase + SyllableCount)
        {
            return false;
        }

        var index = codePoint - SyllableBase;
        target.Add(LeadBase + (index / (VowelCount * TrailCount)));
        target.Add(VowelBase + (index % (VowelCount * TrailCount) / TrailCount));
        if (index % TrailCount != 0)
        {
            target.Add(TrailBase + (index % TrailCount));
        }

        return true;
    }
}
