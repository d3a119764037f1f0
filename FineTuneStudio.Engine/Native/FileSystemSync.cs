using System.ComponentModel;
using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>What .NET leaves out of durable files: forcing a folder's entries to disk, so that a rename survives a power cut.</summary>
internal static partial class FileSystemSync
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22;
    private const int OperationNotSupported = 95;

    /// <summary>Forces the entries of <paramref name="folder"/> to disk; does nothing on systems without folder handles (Windows).</summary>
    /// <exception cref="IOException">The folder cannot be opened or the disk refused.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure("open", folder);
        }

        try
        {
            // Some network and overlay file systems cannot flush a folder; the rename itself is all they offer.
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() is not (InvalidArgument or OperationNotSupported))
            {
                throw Failure("flush", folder);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string verb, string folder)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"Cannot {verb} the folder {folder}: {new Win32Exception(error).Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
