using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>The C ABI of libfts, in the order of fts_abi.h.</summary>
internal static unsafe partial class NativeMethods
{
    public const string Library = "fts";

    static NativeMethods() => NativeLibraryLocator.Register();

    [LibraryImport(Library, EntryPoint = "fts_last_error")]
    private static partial byte* LastErrorText();

    [LibraryImport(Library, EntryPoint = "fts_version")]
    private static partial byte* VersionText();

    [LibraryImport(Library, EntryPoint = "fts_operator_find", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial NativeStatus OperatorFind(string name, string overload, out nint result);

    [LibraryImport(Library, EntryPoint = "fts_operator_schema")]
    private static partial NativeStatus OperatorSchemaText(nint operation, out byte* text);

    [LibraryImport(Library, EntryPoint = "fts_operator_call")]
    internal static partial NativeStatus OperatorCall(
        nint operation, NativeValue* arguments, int argumentCount, NativeValue* results, int capacity, out int resultCount);

    [LibraryImport(Library, EntryPoint = "fts_tensor_free")]
    internal static partial void TensorFree(nint tensor);

    [LibraryImport(Library, EntryPoint = "fts_tensor_live_count")]
    internal static partial long TensorLiveCount();

    [LibraryImport(Library, EntryPoint = "fts_tensor_info_get")]
    internal static partial NativeStatus TensorInfoGet(TensorHandle tensor, out NativeTensorInfo info);

    [LibraryImport(Library, EntryPoint = "fts_tensor_data")]
    internal static partial NativeStatus TensorData(TensorHandle tensor, out nint data);

    [LibraryImport(Library, EntryPoint = "fts_tensor_from_memory")]
    internal static partial NativeStatus TensorFromMemory(
        nint data, long* sizes, int dimensions, int dtype, delegate* unmanaged[Cdecl]<nint, void> release, nint context, out TensorHandle result);

    [LibraryImport(Library, EntryPoint = "fts_grad_mode_set")]
    internal static partial int GradModeSet(int enabled);

    [LibraryImport(Library, EntryPoint = "fts_tensor_requires_grad_set")]
    internal static partial NativeStatus TensorRequiresGradSet(TensorHandle tensor, int required);

    [LibraryImport(Library, EntryPoint = "fts_tensor_grad_get")]
    internal static partial NativeStatus TensorGradGet(TensorHandle tensor, out nint result);

    [LibraryImport(Library, EntryPoint = "fts_tensor_grad_set")]
    internal static partial NativeStatus TensorGradSet(TensorHandle tensor, nint gradient);

    [LibraryImport(Library, EntryPoint = "fts_backward")]
    internal static partial NativeStatus Backward(TensorHandle tensor, nint gradient);

    [LibraryImport(Library, EntryPoint = "fts_checkpoint")]
    internal static partial NativeStatus Checkpoint(
        delegate* unmanaged[Cdecl]<nint, nint, nint> callback, delegate* unmanaged[Cdecl]<nint, void> release, nint context, TensorHandle input, out nint result);

    [LibraryImport(Library, EntryPoint = "fts_generator_create")]
    internal static partial NativeStatus GeneratorCreate(int device, long seed, out GeneratorHandle result);

    [LibraryImport(Library, EntryPoint = "fts_generator_free")]
    internal static partial void GeneratorFree(nint generator);

    [LibraryImport(Library, EntryPoint = "fts_generator_state_get")]
    internal static partial NativeStatus GeneratorStateGet(GeneratorHandle generator, out nint state);

    [LibraryImport(Library, EntryPoint = "fts_generator_state_set")]
    internal static partial NativeStatus GeneratorStateSet(GeneratorHandle generator, TensorHandle state);

    [LibraryImport(Library, EntryPoint = "fts_cuda_device_count")]
    internal static partial int CudaDeviceCount();

    [LibraryImport(Library, EntryPoint = "fts_device_prepare")]
    internal static partial NativeStatus DevicePrepare();

    [LibraryImport(Library, EntryPoint = "fts_device_name")]
    private static partial NativeStatus DeviceNameText(int device, byte* text, int capacity);

    [LibraryImport(Library, EntryPoint = "fts_device_memory")]
    internal static partial NativeStatus DeviceMemory(int device, out long allocated, out long peak, out long total);

    [LibraryImport(Library, EntryPoint = "fts_device_memory_peak_reset")]
    internal static partial NativeStatus DeviceMemoryPeakReset(int device);

    [LibraryImport(Library, EntryPoint = "fts_threads_set")]
    internal static partial NativeStatus ThreadsSet(int count);

    [LibraryImport(Library, EntryPoint = "fts_threads_get")]
    internal static partial int ThreadsGet();

    [LibraryImport(Library, EntryPoint = "fts_processor_features")]
    internal static partial int ProcessorFeatures();

    [LibraryImport(Library, EntryPoint = "fts_memory_trim")]
    internal static partial NativeStatus MemoryTrim();

    internal static string OperatorSchema(nint operation)
    {
        OperatorSchemaText(operation, out var text).ThrowIfFailed();
        return Marshal.PtrToStringUTF8((nint)text) ?? "";
    }

    internal static string DeviceName(int device)
    {
        const int Capacity = 256;
        var text = stackalloc byte[Capacity];
        DeviceNameText(device, text, Capacity).ThrowIfFailed();
        return Marshal.PtrToStringUTF8((nint)text) ?? "";
    }

    internal static string LastError() => Marshal.PtrToStringUTF8((nint)LastErrorText()) ?? "";

    internal static string Version() => Marshal.PtrToStringUTF8((nint)VersionText()) ?? "";
}
