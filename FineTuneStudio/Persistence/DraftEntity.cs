namespace FineTuneStudio.Persistence;

/// <summary>What a person typed into a form and has not submitted yet.</summary>
internal sealed class DraftEntity
{
    /// <summary>Names the form, and the thing it is about where there is one.</summary>
    public required string Key { get; init; }

    /// <summary>The form's values as JSON.</summary>
    public required string Content { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}
