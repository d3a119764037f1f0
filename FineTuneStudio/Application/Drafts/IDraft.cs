namespace FineTuneStudio.Application.Drafts;

/// <summary>What the frame of a form needs to know of its draft, whatever the form's values are.</summary>
public interface IDraft
{
    /// <summary>When the values that are shown were typed; <see langword="null"/> where the form began fresh.</summary>
    DateTimeOffset? RestoredFrom { get; }

    /// <summary>A value changed: it is kept a moment later.</summary>
    void Changed();

    /// <summary>Begins afresh, and forgets what was kept.</summary>
    Task DiscardAsync();
}
