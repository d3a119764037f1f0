using FineTuneStudio.Components.Shared;

namespace FineTuneStudio.Components.Notices;

/// <summary>A short message over the page.</summary>
/// <param name="Message">One sentence; shown as text, whatever is in it.</param>
/// <param name="Kind">A fault stays until it is closed.</param>
/// <param name="Action">What can be done about it, where something can.</param>
public sealed record Toast(string Message, NoteKind Kind, ToastAction? Action)
{
    /// <summary>Tells toasts with the same words apart.</summary>
    public Guid Id { get; } = Guid.NewGuid();
}
