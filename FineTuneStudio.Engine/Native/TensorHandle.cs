using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>Owns one <c>at::Tensor</c>.</summary>
internal sealed class TensorHandle : SafeHandle
{
    public TensorHandle()
        : base(invalidHandleValue: 0, ownsHandle: true)
    {
    }

    public TensorHandle(nint handle)
        : this() => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.TensorFree(handle);
        return true;
    }
}
