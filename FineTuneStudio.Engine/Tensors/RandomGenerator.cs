using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>A stream of random numbers whose whole state can be saved and set.</summary>
public sealed class RandomGenerator : IDisposable
{
    private readonly GeneratorHandle _handle;

    /// <summary>Starts a stream from a seed.</summary>
    public RandomGenerator(long seed, Device device = default)
    {
        NativeMethods.GeneratorCreate(device.Code, seed, out _handle).ThrowIfFailed();
    }

    internal nint NativePointer => _handle.IsClosed ? throw new ObjectDisposedException(nameof(RandomGenerator)) : _handle.DangerousGetHandle();

    /// <summary>The state as bytes, for a checkpoint. <c>[n]</c></summary>
    public Tensor GetState()
    {
        NativeMethods.GeneratorStateGet(_handle, out var state).ThrowIfFailed();
        return Tensor.Adopt(state);
    }

    /// <summary>Continues from a saved state. <c>[n]</c></summary>
    /// <exception cref="TensorException">The tensor is no state of such a generator.</exception>
    public void SetState(Tensor state) => NativeMethods.GeneratorStateSet(_handle, state.Handle).ThrowIfFailed();

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
