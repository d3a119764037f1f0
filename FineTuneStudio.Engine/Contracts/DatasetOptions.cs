namespace FineTuneStudio.Engine.Contracts;

/// <summary>Which rows are learnt and which are held out.</summary>
public sealed record DatasetOptions
{
    /// <summary>The training file, or a dataset's name in the studio.</summary>
    public required string Path { get; init; }

    /// <summary>A file of its own to evaluate on; <see langword="null"/> splits off <see cref="HeldOutFraction"/> of the rows.</summary>
    public string? HeldOutPath { get; init; }

    /// <summary>Share of rows held out when there is no file of its own; 0 holds out none.</summary>
    public double HeldOutFraction { get; init; } = OptionCatalog.HeldOutFraction.Default;

    /// <summary>Most rows held out by <see cref="HeldOutFraction"/>.</summary>
    public int HeldOutMaxRows { get; init; } = OptionCatalog.HeldOutMaxRows.Default;

    /// <summary>Learn from the first so many rows only (after the split); <see langword="null"/> uses all.</summary>
    public int? MaxRows { get; init; }

    /// <summary>Which part of a conversation counts in the loss.</summary>
    public LearntText Learn { get; init; } = LearntText.AssistantTurns;

    /// <summary>For CSV: which column is which part of the conversation; <see langword="null"/> for JSONL.</summary>
    public ColumnMapping? Columns { get; init; }

    internal IEnumerable<UserError> Validate(TrainingMethod method)
    {
        if (string.IsNullOrWhiteSpace(Path))
        {
            yield return new("dataset.path", "Name the training file.");
        }

        if (HeldOutFraction is not (>= 0 and <= 0.9))
        {
            yield return new("dataset.heldOutFraction", $"Hold out a share from 0 to 0.9, not {HeldOutFraction:G4}.");
        }

        if (HeldOutMaxRows < 1)
        {
            yield return new("dataset.heldOutMaxRows", $"Hold out at most 1 row or more, not {HeldOutMaxRows}.");
        }

        if (MaxRows is < 1)
        {
            yield return new("dataset.maxRows", $"Learn from 1 row or more, not {MaxRows}; leave it out for all.");
        }

        if (Columns is not null && method != TrainingMethod.Rft && string.IsNullOrEmpty(Columns.Assistant))
        {
            yield return new("dataset.columns.assistant", "Point at the column that holds the answer to learn.");
        }
    }
}
