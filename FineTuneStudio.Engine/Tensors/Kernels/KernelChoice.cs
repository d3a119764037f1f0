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
        return new PlainScope(isOpen: true);
    }

    // The kernels read bfloat16 and float32; one element type for all.
    internal static bool IsFused(Operator kernel, Tensor first)
        => _plainDepth == 0 && first.Device.IsCpu && (first.DType is DType.Float32 or DType.BFloat16) && kernel.Exists;

    // Optimizers step fp32 masters; other types are for comparisons with a reference.
    internal static bool IsFusedForMasters(Operator kernel, Tensor first) => first.DType == DType.Float32 && IsFused(kernel, first);

    /// <summary>Until disposed, plain twins only.</summary>
    public readonly ref struct PlainScope : IDisposable
    {
        // The default scope, of whoever opens one only sometimes, closes nothing.
        private readonly bool _isOpen;

        internal PlainScope(bool isOpen) => _isOpen = isOpen;

        /// <inheritdoc/>
        public void Dispose() => _plainDepth -= _isOpen ? 1 : 0;
    }
}
