using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>How libtorch's threads wait for each other.</summary>
internal static partial class ThreadWaiting
{
    /// <summary>Lets waiting threads sleep rather than spin, unless the person's environment says otherwise; before the library is loaded.</summary>
    /// <remarks>
    /// Spinning wins a few microseconds on an idle machine, and loses ten times the speed on one that does anything else besides: the waiting
    /// thread takes the processor from the one that is waited for. .NET's own variables do not reach native code, so libc is asked.
    /// </remarks>
    public static void PreferSleep()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
