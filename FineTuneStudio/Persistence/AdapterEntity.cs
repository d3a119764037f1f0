namespace FineTuneStudio.Persistence;

/// <summary>What a finished run leaves: the folder <c>adapter/</c> of the run.</summary>
internal sealed class AdapterEntity : IDeletable
{
    public required Guid Id { get; init; }

    public required Guid RunId { get; init; }

    public required string Name { get; set; }

    public required long Bytes { get; init; }

    /// <summary>Of adapter_model.safetensors.</summary>
    public required string Sha256 { get; init; }

    public double? HeldOutLoss { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }
}
