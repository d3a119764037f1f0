namespace FineTuneStudio.Engine.Contracts;

/// <summary>How a CSV row becomes a conversation: system (optional), user, assistant (optional for prompts).</summary>
public sealed record ColumnMapping
{
    /// <summary>Column of the system message; <see langword="null"/> for none.</summary>
    public string? System { get; init; }

    /// <summary>The same system message for every row, where there is no column; <see langword="null"/> for none.</summary>
    public string? SystemText { get; init; }

    /// <summary>Column of the user's message.</summary>
    public required string User { get; init; }

    /// <summary>Column of the answer to learn; for <see cref="TrainingMethod.Rft"/> of the dataset's own answer, or <see langword="null"/> for none.</summary>
    public string? Assistant { get; init; }
}
