using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>Owns one <c>at::Generator</c>.</summary>
internal sealed class GeneratorHandle() : SafeHandle(invalidHandleValue: 0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.GeneratorFree(handle);
        return true;
    }
}
