using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>The machine under the tensors.</summary>
public static class TorchRuntime
{
    /// <summary>Version of libtorch, e.g. <c>1.13.1</c>.</summary>
    public static string Version => NativeMethods.Version();

    /// <summary>Tensors alive in native memory; tests read it to find leaks.</summary>
    public static long LiveTensors => NativeMethods.TensorLiveCount();

    /// <summary>GPUs that libtorch can use.</summary>
    public static int CudaDevices => NativeMethods.CudaDeviceCount();

    /// <summary>What the processor can do; kernels choose by it.</summary>
    public static ProcessorFeatures Processor => (ProcessorFeatures)NativeMethods.ProcessorFeatures();

    /// <summary>Threads of the calling thread's operations. libtorch starts each thread with its own count.</summary>
    public static int Threads
    {
        get => NativeMethods.ThreadsGet();
        set => NativeMethods.ThreadsSet(value).ThrowIfFailed();
    }

    /// <summary>Gives freed memory back to the system, and that of GPUs to other programs.</summary>
    public static void TrimMemory() => NativeMethods.MemoryTrim().ThrowIfFailed();
}
