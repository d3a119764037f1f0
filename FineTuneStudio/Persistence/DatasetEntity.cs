using FineTuneStudio.Domain;

namespace FineTuneStudio.Persistence;

internal sealed class DatasetEntity : IDeletable
{
    public required Guid Id { get; init; }

    /// <summary>As the person named the file; shown, never part of a path.</summary>
    public required string Name { get; set; }

    public required DatasetState State { get; set; }

    /// <summary>Ending of the stored file, with the dot: what tells formats apart.</summary>
    public required string Extension { get; init; }

    public required long Bytes { get; set; }

    public required string Sha256 { get; set; }

    public long Rows { get; set; }

    /// <summary>Rows that cannot be learnt from.</summary>
    public long BadRows { get; set; }

    public long Faults { get; set; }

    /// <summary>Name of the training method that its rows are meant for; <see langword="null"/> until a check has found it out.</summary>
    public string? Method { get; set; }

    /// <summary>The chosen column mapping of a CSV file, as JSON; <see langword="null"/> for the suggested one.</summary>
    public string? Columns { get; set; }

    /// <summary>Why it failed, or empty.</summary>
    public string Message { get; set; } = "";

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }
}
