namespace FineTuneStudio.Persistence;

/// <summary>What a person chose for the whole studio.</summary>
internal sealed class SettingEntity
{
    public required string Key { get; init; }

    /// <summary>As JSON.</summary>
    public required string Content { get; set; }
}
