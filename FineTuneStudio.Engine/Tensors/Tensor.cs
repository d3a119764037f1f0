using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>A libtorch tensor. Created inside a <see cref="TensorScope"/> it is released with it; outside, its owner disposes it.</summary>
/// <remarks>
/// Letters in shapes, throughout the engine: <c>N</c> tokens of all packed sequences, <c>S</c> sequences, <c>D</c> width, <c>H</c> heads,
/// <c>K</c> key/value heads, <c>C</c> head size, <c>F</c> feed-forward width, <c>V</c> vocabulary, <c>R</c> LoRA rank, <c>L</c> layers.
/// Not thread-safe; a run's tensors belong to its thread.
/// </remarks>
public sealed partial class Tensor : IDisposable
{
    private const int Unscoped = -1;
    private const int Scoped = 0;

    private static readonly Operator VersionOperator = Operator.Named("aten::_version");

    private readonly TensorHandle _handle;
    private long[]? _shape;
    private NativeTensorInfo _info;
    private bool _infoIsRead;

    // Scoped: released with the innermost scope. Unscoped: owned by someone. Above zero: kept beyond the scope of this depth.
    private int _scope;

    private Tensor(TensorHandle handle)
    {
        _handle = handle;
        _scope = TensorScope.Adopt(this) ? Scoped : Unscoped;
    }

    /// <summary>Sizes, outermost first. Do not write into it.</summary>
    public IReadOnlyList<long> Shape => ShapeArray;

    /// <summary>Number of dimensions.</summary>
    public int Dimensions => ShapeArray.Length;

    /// <summary>Number of elements.</summary>
    public long ElementCount => Info.Elements;

    /// <summary>Element type.</summary>
    public DType DType => (DType)Info.DType;

    /// <summary>Where it lives.</summary>
    public Device Device => new(Info.Device);

    /// <summary>Whether elements lie in order without gaps.</summary>
    public bool IsContiguous => (Info.Flags & 4) != 0;

    /// <summary>Size on its device, in bytes.</summary>
    public long Bytes => ElementCount * DType.Size();

    /// <summary>Whether the backward pass computes its gradient.</summary>
    /// <exception cref="TensorException">Set on a tensor that is the result of a recorded operation, or of integers.</exception>
    public bool RequiresGrad
    {
        get
        {
            NativeMethods.TensorInfoGet(_handle, out var info).ThrowIfFailed();
            return (info.Flags & 1) != 0;
        }

        set => NativeMethods.TensorRequiresGradSet(_handle, value ? 1 : 0).ThrowIfFailed();
    }

    /// <summary>The gathered gradient, of the same shape; <see langword="null"/> where there is none. Each read is a new tensor.</summary>
    public Tensor? Grad
    {
        get
        {
            NativeMethods.TensorGradGet(_handle, out var gradient).ThrowIfFailed();
            return gradient == 0 ? null : Adopt(gradient);
        }

        set => NativeMethods.TensorGradSet(_handle, value?.NativePointer ?? 0).ThrowIfFailed();
    }

    internal TensorHandle Handle => _handle;

    internal nint NativePointer => _handle.IsClosed ? throw new ObjectDisposedException(nameof(Tensor)) : _handle.DangerousGetHandle();

    internal bool IsScoped => _scope != Unscoped;

    private long[] ShapeArray
    {
        get
        {
            if (_shape is null)
            {
                var shape = new long[Info.Dimensions];
                for (var index = 0; index < shape.Length; index++)
                {
                    shape[index] = _info.Sizes[index];
                }

                _shape = shape;
            }

            return _shape;
        }
    }

    // A tensor's shape, type and place never change here: no operation in this class resizes in place.
    private ref readonly NativeTensorInfo Info
    {
        get
        {
            if (!_infoIsRead)
            {
                NativeMethods.TensorInfoGet(_handle, out _info).ThrowIfFailed();
                _infoIsRead = true;
            }

            return ref _info;
        }
    }

    /// <summary>Size of one dimension; negative counts from the end.</summary>
    public long Size(int dimension) => ShapeArray[dimension < 0 ? ShapeArray.Length + dimension : dimension];

    /// <summary>Grows with every write into the tensor.</summary>
    public long Version => (long)VersionOperator.CallNumber(this);

    /// <summary>Differentiates this scalar (or, with <paramref name="gradient"/>, this tensor) by everything recorded behind it.</summary>
    public void Backward(Tensor? gradient = null) => NativeMethods.Backward(_handle, gradient?.NativePointer ?? 0).ThrowIfFailed();

    /// <summary>Takes the tensor out of its scopes: the caller owns and disposes it from now on.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Own()
    {
        _scope = Unscoped;
        return this;
    }

    /// <summary>Runs a function without keeping what it computes; the backward pass computes it again.</summary>
    /// <param name="function">From the input to one output; runs twice, and must give the same both times.</param>
    /// <param name="input">What is kept. Must require a gradient where the function's weights do.</param>
    public static unsafe Tensor Checkpoint(Func<Tensor, Tensor> function, Tensor input)
    {
        var context = ManagedCallback.CreateContext(handle =>
        {
            using var scope = TensorScope.Enter();
            var output = function(new Tensor(handle)).Own();

            // The callback's caller takes the native tensor over; the managed one must not release it.
            return output._handle;
        });
        NativeMethods.Checkpoint(ManagedCallback.RunPointer, ManagedCallback.ReleasePointer, context, input._handle, out var result).ThrowIfFailed();
        return Adopt(result);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <inheritdoc/>
    public override string ToString() => _handle.IsClosed ? "released" : $"[{string.Join(", ", ShapeArray)}] {DType}";

    internal static Tensor Adopt(nint handle) => new(new TensorHandle(handle));

    internal static Tensor Adopt(TensorHandle handle) => new(handle);

    internal void KeepBeyond(int depth)
    {
        if (_scope != Unscoped)
        {
            _scope = depth;
        }
    }

    internal bool IsKeptBeyond(int depth)
    {
        var kept = _scope > 0 && _scope <= depth;
        if (_scope == depth)
        {
            _scope = Scoped;
        }

        return kept;
    }

    internal void LeaveScopes() => _scope = Unscoped;
}
