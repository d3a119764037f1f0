namespace FineTuneStudio.Application;

/// <summary>What lies in a folder.</summary>
internal static class FolderSize
{
    /// <summary>Bytes of all files below; 0 where there is no such folder. Files that vanish meanwhile are left out.</summary>
    public static long Of(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        var bytes = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            try
            {
                bytes += file.Length;
            }
            catch (FileNotFoundException)
            {
                // A run at work rotates its checkpoints.
            }
        }

        return bytes;
    }
}
