using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>The C library's heap, where tensors live.</summary>
internal static partial class HeapMemory
{
    /// <summary>Gives memory that the heap keeps for later back to the system; does nothing where the C library is not glibc.</summary>
    public static void Trim()
    {
        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library: what it keeps stays.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
