using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Persistence;

namespace FineTuneStudio.Application;

/// <summary>A full disk, whether a file or the database met it.</summary>
internal static class FullDisk
{
    private const string WayOut = " Delete runs, datasets or models that are no longer needed, or start the studio with --data on a larger disk; nothing that was stored is lost.";

    public static bool Caused(Exception exception) => DiskFaults.IsDiskFull(exception) || DatabaseFaults.IsDiskFull(exception);

    /// <summary>The message for a person.</summary>
    /// <param name="field">What the person gave: a name, a folder.</param>
    /// <param name="what">What could not be stored, as a subject.</param>
    /// <param name="bytes">Its size, where it is known.</param>
    /// <param name="root">The data directory.</param>
    public static UserError Describe(string field, string what, long? bytes, string root) => new(field, DiskFaults.Describe(what, bytes, root) + WayOut);
}
