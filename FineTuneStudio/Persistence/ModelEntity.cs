namespace FineTuneStudio.Persistence;

internal sealed class ModelEntity : IDeletable
{
    public required Guid Id { get; init; }

    /// <summary>Unique; how specifications name the model.</summary>
    public required string Name { get; set; }

    /// <summary>Absolute path of the folder in Hugging Face layout.</summary>
    public required string Folder { get; set; }

    public required string Architecture { get; set; }

    public required long Parameters { get; set; }

    public required long Bytes { get; set; }

    /// <summary>Hash over the folder's files: names, sizes and contents.</summary>
    public required string Sha256 { get; set; }

    /// <summary>Longest context the model was made for, in tokens.</summary>
    public int ContextLength { get; set; }

    /// <summary>Came with the studio.</summary>
    public bool Embedded { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }
}
