namespace FineTuneStudio.Application;

/// <summary>Names of files and folders made from what a person typed.</summary>
internal static class FileNames
{
    private const int MaxLength = 80;

    /// <summary>A person's words as a file name that every system takes.</summary>
    public static string Safe(string name)
    {
        var kept = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '-')).Trim('-', '.');
        return kept.Length == 0 ? "unnamed" : kept[..Math.Min(kept.Length, MaxLength)];
    }
}
