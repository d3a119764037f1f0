namespace FineTuneStudio.Engine.Grading;

/// <summary>Texts inside of reasons.</summary>
internal static class Quote
{
    private const int Longest = 80;

    /// <summary>The text in quotes, on one line, cut where it is long.</summary>
    public static string Short(string text)
    {
        var line = text.ReplaceLineEndings("⏎");
        if (line.Length <= Longest)
        {
            return $"'{line}'";
        }

        // Never half of a surrogate pair.
        var end = char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest;
        return $"'{line[..end]}…'";
    }
}
