namespace FineTuneStudio.Engine.Storage;

/// <summary>Tells a full disk from other faults.</summary>
public static class DiskFaults
{
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Whether the disk (or the user's quota) is full; preallocation and writing report it with different codes.</summary>
    public static bool IsDiskFull(IOException exception) => exception.HResult is WindowsDiskFull or NoSpace or QuotaExceeded;
}
