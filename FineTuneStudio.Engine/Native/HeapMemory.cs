using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>The C library's heap, where tensors live, and files that are mapped beside it.</summary>
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

    /// <summary>Lets go of whole pages of a mapped file, which come from disk again when they are touched; does nothing where the system has no such call.</summary>
    public static unsafe void Forget(void* start, long bytes)
    {
        const int dontNeed = 4;

        // Only pages that lie in the part whole.
        Advise(((nuint)start + PageSize - 1) / PageSize * PageSize, ((nuint)start + (nuint)bytes) / PageSize * PageSize, dontNeed);
    }

    /// <summary>Begins to bring the pages of a part of a mapped file from disk, in large pieces; does nothing where the system has no such call.</summary>
    public static unsafe void Fetch(void* start, long bytes)
    {
        const int willNeed = 3;
        Advise((nuint)start / PageSize * PageSize, (nuint)start + (nuint)bytes, willNeed);
    }

    private static nuint PageSize => (nuint)Environment.SystemPageSize;

    private static unsafe void Advise(nuint first, nuint end, int advice)
    {
        if (OperatingSystem.IsLinux() && end > first)
        {
            _ = AdviseMemory((void*)first, end - first, advice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static unsafe partial int AdviseMemory(void* start, nuint bytes, int advice);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint keep);
}
