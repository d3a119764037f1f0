using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>Variables that libtorch and its libraries read as they are loaded; what the person's environment says goes before.</summary>
/// <remarks>.NET's own variables do not reach native code, so libc is asked.</remarks>
internal static partial class LibraryEnvironment
{
    // Some tens of microseconds: about what lies between two products of a decoding step.
    private const string ShortSpin = "1000";

    // Processor cycles as a power of two, the least that OpenBLAS takes. Its thread spins beside the ones that libtorch and the kernels of this project compute
    // with: with the 26 ms that it spins by itself, a step on two processors took 1.2 to 1.6 times as long.
    private const string NoSpin = "4";

    // Without a fixed workspace cuBLAS may add up in another order from call to call.
    private const string FixedWorkspace = ":4096:8";

    /// <summary>Sets what is not set; before the library is loaded.</summary>
    /// <remarks>
    /// Waiting threads spin briefly and then sleep. Spinning for long loses ten times the speed on a machine that does anything else besides:
    /// the waiting thread takes the processor from the one that is waited for. Sleeping at once costs 20 microseconds at each of a decoding
    /// step's 150 products, a fifth of its time.
    /// </remarks>
    public static void Prepare()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
            _ = SetEnvironment("GOMP_SPINCOUNT", ShortSpin, overwrite: 0);
            _ = SetEnvironment("OPENBLAS_THREAD_TIMEOUT", NoSpin, overwrite: 0);
            _ = SetEnvironment("CUBLAS_WORKSPACE_CONFIG", FixedWorkspace, overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
