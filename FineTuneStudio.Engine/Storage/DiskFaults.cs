using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Storage;

/// <summary>Tells a full disk from other faults, and tells a person of it.</summary>
public static class DiskFaults
{
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Whether the disk (or the user's quota) is full.</summary>
    public static bool IsDiskFull(Exception exception) => exception is IOException { HResult: WindowsDiskFull or NoSpace or QuotaExceeded };

    /// <summary>What could not be written, how large it is, and how much is free where: a sentence; the way out is the caller's to add.</summary>
    /// <param name="what">What was to be written, as a subject: <c>the adapter</c>.</param>
    /// <param name="bytes">Its size; <see langword="null"/> where nobody knows.</param>
    /// <param name="path">The file or folder it was meant for.</param>
    public static string Describe(string what, long? bytes, string path)
    {
        var size = bytes is { } known ? $" ({ByteSize.Text(known)})" : "";
        var free = FreeBytes(path) is { } left ? $", where {ByteSize.Text(left)} are free" : "";
        return $"The disk is full: {what}{size} could not be written to {path}{free}.";
    }

    /// <summary>Bytes that may still be written where a path is, or will be; <see langword="null"/> where the system does not say.</summary>
    public static long? FreeBytes(string path)
    {
        var folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
