using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Tensors;
using Xunit;

namespace FineTuneStudio.Tests.Support;

/// <summary>Tests on a GPU take turns: one that spends its memory must not fail the others.</summary>
[CollectionDefinition(Gpu.Category, DisableParallelization = true)]
public sealed class GpuTurns;

/// <summary>The GPU of tests in <c>Category=Gpu</c>; where there is none they are skipped, visibly.</summary>
internal static class Gpu
{
    public const string Category = "Gpu";

    public static Device First()
    {
        Assert.SkipUnless(TorchRuntime.CudaDevices > 0, "libtorch sees no GPU here.");
        return Devices.Resolve(DeviceName.Cuda);
    }
}
