namespace FineTuneStudio.Commands.Benches;

/// <summary>Files beside or inside the project that a bench reads where they are.</summary>
internal static class SharedFolder
{
    /// <summary>The first folder of that name on the way up from the program, or <c>null</c>.</summary>
    public static string? Find(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine([folder.FullName, .. parts]);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
