namespace FineTuneStudio.Engine.Contracts;

/// <summary>What goes into one optimizer step: <see cref="Rows"/> x <see cref="Accumulation"/> sequences of at most <see cref="ContextLength"/> tokens.</summary>
public sealed record BatchOptions
{
    /// <summary>Sequences in one forward pass (packed sequences where <see cref="Packing"/> is on).</summary>
    public int Rows { get; init; } = OptionCatalog.BatchRows.Default;

    /// <summary>Forward passes to one optimizer step. The loss is over all their learnt tokens at once, so 8 x 1 equals 1 x 8.</summary>
    public int Accumulation { get; init; } = OptionCatalog.Accumulation.Default;

    /// <summary>Most tokens of a sequence; a longer conversation is cut at the end, and counted.</summary>
    public int ContextLength { get; init; } = OptionCatalog.ContextLength.Default;

    /// <summary>Put several conversations into one sequence, none seeing another.</summary>
    public bool Packing { get; init; } = OptionCatalog.Packing.Default;

    internal IEnumerable<UserError> Validate()
    {
        if (Rows is not (>= 1 and <= 65_536))
        {
            yield return new("batch.rows", $"Use from 1 to 65536 rows, not {Rows}.");
        }

        if (Accumulation is not (>= 1 and <= 65_536))
        {
            yield return new("batch.accumulation", $"Accumulate from 1 to 65536 passes, not {Accumulation}.");
        }

        if (ContextLength is not (>= 8 and <= 1_048_576))
        {
            yield return new("batch.contextLength", $"Use a context from 8 to 1048576 tokens, not {ContextLength}.");
        }
    }
}
