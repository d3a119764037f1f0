using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Tensors;

/// <summary>Switches recording for the backward pass off or on, on this thread, until disposed.</summary>
public readonly ref struct GradMode : IDisposable
{
    private readonly int _before;

    private GradMode(int enabled) => _before = NativeMethods.GradModeSet(enabled);

    /// <summary>Records nothing: evaluation, generation, optimizer steps.</summary>
    public static GradMode Off() => new(0);

    /// <summary>Records.</summary>
    public static GradMode On() => new(1);

    /// <inheritdoc/>
    public void Dispose() => _ = NativeMethods.GradModeSet(_before);
}
