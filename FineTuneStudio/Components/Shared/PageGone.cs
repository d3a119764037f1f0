using Microsoft.JSInterop;

namespace FineTuneStudio.Components.Shared;

/// <summary>Why letting go of something in the browser may fail without harm: nobody answers there any more.</summary>
internal static class PageGone
{
    /// <summary>The connection is closed, or the browser has not answered in time, as a window that sleeps does not.</summary>
    public static bool Explains(Exception exception) => exception is JSDisconnectedException or OperationCanceledException;
}
