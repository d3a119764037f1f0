using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>How a file is read and checked.</summary>
public sealed record DatasetCheckOptions
{
    /// <summary>The method that the rows are meant for.</summary>
    public TrainingMethod Method { get; init; } = TrainingMethod.Sft;

    /// <summary>For delimited text: which column is which part of the conversation; <see langword="null"/> lets the studio suggest.</summary>
    public ColumnMapping? Columns { get; init; }

    /// <summary>Faults of each kind that are listed; the rest are counted.</summary>
    public int FaultsPerKind { get; init; } = 100;

    /// <summary>Bytes of the longest row.</summary>
    public int MaxRowBytes { get; init; } = 16 << 20;

    /// <summary>Levels of arrays and objects in a row.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Threads that check blocks of rows side by side.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    internal IEnumerable<UserError> Validate()
    {
        if (FaultsPerKind is not (>= 0 and <= 1_000_000))
        {
            yield return new("faultsPerKind", $"List from 0 to 1000000 faults of a kind, not {FaultsPerKind}.");
        }

        if (MaxRowBytes is not (>= 1024 and <= 512 << 20))
        {
            yield return new("maxRowBytes", $"Use a limit from 1024 to 536870912 bytes, not {MaxRowBytes}.");
        }

        if (MaxDepth is not (>= 8 and <= 256))
        {
            yield return new("maxDepth", $"Use a limit from 8 to 256 levels, not {MaxDepth}.");
        }

        if (Workers is not (>= 1 and <= 64))
        {
            yield return new("workers", $"Use from 1 to 64 threads, not {Workers}.");
        }
    }
}
