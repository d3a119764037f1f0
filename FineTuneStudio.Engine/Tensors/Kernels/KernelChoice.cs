namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Chooses between a fused kernel of libfts and its plain twin, made of libtorch's own operators.</summary>
/// <remarks>
/// Kernels are for main memory and the element types they were written for; some are made of libtorch's operators on every other device, and
/// there save memory and launches. Everything else takes the twin, or an operator of libtorch's that is as good.
/// </remarks>
public static class KernelChoice
{
    private static readonly Operator ComposeOperator = Operator.Named("fts::compose");

    [ThreadStatic]
    private static int _plainDepth;

    [ThreadStatic]
    private static int _composedDepth;

    /// <summary>Makes every kernel called on this thread take its plain twin until disposed: an oracle for tests and measurements.</summary>
    public static PlainScope Plain()
    {
        _plainDepth++;
        return new PlainScope(isOpen: true);
    }

    /// <summary>Makes every kernel called on this thread compute in main memory as it does on other devices, until disposed: for tests.</summary>
    public static ComposedScope Composed()
    {
        _composedDepth++;
        ComposeOperator.Run(true);
        return default;
    }

    /// <summary>Whether plain twins alone are asked for.</summary>
    internal static bool IsPlain => _plainDepth > 0;

    /// <summary>Whether a kernel that exists for main memory alone takes this tensor.</summary>
    internal static bool IsFused(Operator kernel, Tensor first) => HasKernels(first.Device) && IsFusedAnywhere(kernel, first);

    /// <summary>Whether kernels for main memory alone may run on a device.</summary>
    internal static bool HasKernels(Device device) => device.IsCpu && _composedDepth == 0;

    /// <summary>Whether a kernel that every device has takes this tensor.</summary>
    // The kernels read bfloat16 and float32; one element type for all.
    internal static bool IsFusedAnywhere(Operator kernel, Tensor first) => _plainDepth == 0 && (first.DType is DType.Float32 or DType.BFloat16) && kernel.Exists;

    /// <summary>Whether a kernel that exists for main memory alone, and reads whole numbers, takes tensors of a device.</summary>
    internal static bool IsFused(Operator kernel, Device device) => _plainDepth == 0 && HasKernels(device) && kernel.Exists;

    /// <summary>Whether an operator of libtorch's that only GPUs have may take this tensor.</summary>
    internal static bool IsOnGpu(Tensor first) => _plainDepth == 0 && first.Device.IsCuda;

    /// <summary>Until disposed, as on other devices.</summary>
    public readonly ref struct ComposedScope : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            _composedDepth--;
            ComposeOperator.Run(_composedDepth > 0);
        }
    }

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
