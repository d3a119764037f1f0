namespace FineTuneStudio.Components.Notices;

/// <summary>The one thing a toast offers to do.</summary>
/// <param name="Label">A verb: "Undo", "See it".</param>
/// <param name="Do">Done once; the toast closes.</param>
public sealed record ToastAction(string Label, Func<Task> Do);
