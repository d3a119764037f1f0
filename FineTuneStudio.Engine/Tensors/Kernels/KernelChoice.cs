namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Chooses between a fused kernel of libfts and its plain twin, made of libtorch's own operators.</summary>
/// <remarks>Fused kernels are for main memory and the element types they were written for; everything else takes the twin.</remarks>
public static class KernelChoice
{
    [ThreadStatic]
    private static int _plainDepth;

    /// <summary>Makes every kernel called on this thread take its plain twin until disposed: an oracle for tests and measurements.</summary>
    public static PlainScope Plain()
    {
        _plainDepth++;
        return default;
    }

    // The kernels read bfloat16 and float32; one element type for all.
    internal static bool IsFused(Operator kernel, Tensor first)
        => first.DType is DType.Float32 or DType.BFloat16 && IsFused(kernel, first.Device);

    // For kernels that read whole numbers.
    internal static bool IsFused(Operator kernel, Device device) => _plainDepth == 0 && device.IsCpu && kernel.Exists;

    /// <summary>Until disposed, plain twins only.</summary>
    public readonly ref struct PlainScope : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => _plainDepth--;
    }
}
