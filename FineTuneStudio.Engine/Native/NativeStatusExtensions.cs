using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Native;

/// <summary>The one translation of a native failure into a managed exception.</summary>
internal static class NativeStatusExtensions
{
    public static void ThrowIfFailed(this NativeStatus status)
    {
        if (status != NativeStatus.Ok)
        {
            Throw(status);
        }
    }

    private static void Throw(NativeStatus status)
    {
        var message = NativeMethods.LastError();
        ManagedCallback.RethrowPending(status);
        throw status switch
        {
            NativeStatus.OutOfMemory => new TensorMemoryException(message),
            NativeStatus.NotFound => new NotSupportedException(message),
            _ => new TensorException(message),
        };
    }
}
