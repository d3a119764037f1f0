namespace FineTuneStudio.Persistence;

/// <summary>An adapter that was made elsewhere, kept in a folder of its own.</summary>
internal sealed class ImportedAdapterEntity : IDeletable
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    /// <summary>Name of the base model that it was checked against.</summary>
    public required string Model { get; init; }

    /// <summary>Where it was taken from, as the person said it.</summary>
    public required string Origin { get; init; }

    /// <summary>The base model as the adapter itself names it; empty where it does not.</summary>
    public required string BaseModelName { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Of adapter_model.safetensors.</summary>
    public required string Sha256 { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }
}
