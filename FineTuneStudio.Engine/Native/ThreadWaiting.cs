using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>How libtorch's threads wait for each other.</summary>
internal static partial class ThreadWaiting
{
    // Some tens of microseconds: about what lies between two products of a decoding step.
    private const string ShortSpin = "1000";

    /// <summary>Lets waiting threads spin briefly and then sleep, unless the person's environment says otherwise; before the library is loaded.</summary>
    /// <remarks>
    /// Spinning for long loses ten times the speed on a machine that does anything else besides: the waiting thread takes the processor from the
    /// one that is waited for. Sleeping at once costs 20 microseconds at each of a decoding step's 150 products, a fifth of its time.
    /// .NET's own variables do not reach native code, so libc is asked.
    /// </remarks>
    public static void PreferSleep()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
            _ = SetEnvironment("GOMP_SPINCOUNT", ShortSpin, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
