using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FineTuneStudio.Engine.Native;

/// <summary>Shape, layout and place of a tensor: <c>fts_tensor_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTensorInfo
{
    public Eight Sizes;
    public Eight Strides;
    public long Elements;
    public int Dimensions;
    public int DType;
    public int Device;
    public int Flags;

    [InlineArray(8)]
    public struct Eight
    {
        private long _first;
    }
}
