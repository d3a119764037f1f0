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

    /// <summary>A name that is not taken: a second rows.jsonl becomes rows (2).jsonl.</summary>
    public static async Task<string> FreeAsync(string name, Func<string, Task<bool>> isTaken)
    {
        var candidate = name;
        for (var number = 2; await isTaken(candidate); number++)
        {
            candidate = $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}";
        }

        return candidate;
    }

    /// <summary>The name of a file as it comes from elsewhere: no folders, no control characters.</summary>
    public static string Received(string name) => Path.GetFileName(string.Concat(name.Where(letter => !char.IsControl(letter))).Trim());
}
