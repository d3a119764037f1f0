namespace FineTuneStudio.Persistence;

/// <summary>A thing that is marked first and removed later, so that its deletion can be undone.</summary>
internal interface IDeletable
{
    Guid Id { get; }

    string Name { get; set; }

    /// <summary>Since when nobody sees it any more; <see langword="null"/> while it is kept.</summary>
    DateTimeOffset? DeletedAt { get; set; }
}
