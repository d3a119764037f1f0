using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>Lets native code call a managed function of one tensor handle, and carries its exception across the border.</summary>
internal static unsafe class ManagedCallback
{
    [ThreadStatic]
    private static ExceptionDispatchInfo? _pending;

    public static delegate* unmanaged[Cdecl]<nint, nint, nint> RunPointer => &Run;

    public static delegate* unmanaged[Cdecl]<nint, void> ReleasePointer => &Release;

    /// <summary>A context for <see cref="RunPointer"/>; native code gives it back through <see cref="ReleasePointer"/>.</summary>
    public static nint CreateContext(Func<TensorHandle, TensorHandle> function) => GCHandle.ToIntPtr(GCHandle.Alloc(function));

    public static void RethrowPending(NativeStatus status)
    {
        var pending = _pending;
        _pending = null;
        if (status == NativeStatus.CallbackFailed)
        {
            pending?.Throw();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Run(nint context, nint input)
    {
        try
        {
            var function = (Func<TensorHandle, TensorHandle>)GCHandle.FromIntPtr(context).Target!;
            var output = function(new TensorHandle(input));
            var handle = output.DangerousGetHandle();
            output.SetHandleAsInvalid();
            return handle;
        }
        catch (Exception exception)
        {
            _pending = ExceptionDispatchInfo.Capture(exception);
            return 0;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(nint context) => GCHandle.FromIntPtr(context).Free();
}
