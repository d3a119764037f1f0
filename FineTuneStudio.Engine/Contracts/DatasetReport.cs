using System.Text.Json.Serialization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>Everything <c>dataset check</c> finds out about a file: format, faults, statistics. A page shows it, <c>--json</c> prints it.</summary>
public sealed record DatasetReport
{
    /// <summary>Name of the file, without its folder.</summary>
    public required string File { get; init; }

    /// <summary>Bytes on disk.</summary>
    public long FileBytes { get; init; }

    /// <summary>Bytes of text, after decompression.</summary>
    public long TextBytes { get; init; }

    /// <summary>Whether the file is compressed (gzip).</summary>
    public bool Compressed { get; init; }

    /// <summary>How rows lie in the file.</summary>
    public DatasetContainer Container { get; init; }

    /// <summary>What the fields of a row mean.</summary>
    public DatasetFormat Format { get; init; }

    /// <summary>Container, format and what is done with it, in words.</summary>
    public string FormatText { get; init; } = "";

    /// <summary>The method that the rows were checked for.</summary>
    public TrainingMethod Method { get; init; }

    /// <summary>All rows.</summary>
    public long Rows { get; init; }

    /// <summary>Rows without errors: those that a run learns from.</summary>
    public long GoodRows { get; init; }

    /// <summary>Rows with at least one error.</summary>
    public long BadRows { get; init; }

    /// <summary>Whether there are rows, every one is good, and the file as a whole has no error.</summary>
    public bool Usable => GoodRows > 0 && ErrorCount == 0;

    /// <summary>Errors in the whole file, listed or not.</summary>
    public long ErrorCount => FaultCounts.Where(count => count.Severity == FaultSeverity.Error).Sum(count => count.Count);

    /// <summary>Warnings in the whole file, listed or not.</summary>
    public long WarningCount => FaultCounts.Where(count => count.Severity == FaultSeverity.Warning).Sum(count => count.Count);

    /// <summary>Faults in the order of the file, the first of each kind up to the limit.</summary>
    public IReadOnlyList<DatasetFault> Faults { get; init; } = [];

    /// <summary>How often each kind occurred; errors first, then by frequency.</summary>
    public IReadOnlyList<DatasetFaultCount> FaultCounts { get; init; } = [];

    /// <summary>Columns of a delimited file; <see langword="null"/> for JSON.</summary>
    public ColumnReport? Columns { get; init; }

    /// <summary>Fields beside the conversation, most frequent first.</summary>
    public IReadOnlyList<FieldCount> OtherFields { get; init; } = [];

    /// <summary>Messages of good rows, by role.</summary>
    public MessageStatistics Messages { get; init; } = new();

    /// <summary>Good rows with a system or developer message.</summary>
    public long RowsWithSystem { get; init; }

    /// <summary>Good rows that define tools.</summary>
    public long RowsWithTools { get; init; }

    /// <summary>Rows without an assistant message: prompts alone, as reinforcement training takes them.</summary>
    public long PromptOnlyRows { get; init; }

    /// <summary>Different prompts (all before the last assistant message) among good rows; an estimate above a million.</summary>
    public long DistinctPrompts { get; init; }

    /// <summary>Good rows that occurred before, byte for byte; an estimate above a million different rows.</summary>
    public long DuplicateRows { get; init; }

    /// <summary>User messages of a good row.</summary>
    public Distribution? Turns { get; init; }

    /// <summary>Characters of all messages of a good row.</summary>
    public Distribution? RowCharacters { get; init; }

    /// <summary>Characters before the last assistant message.</summary>
    public Distribution? PromptCharacters { get; init; }

    /// <summary>Characters of the last assistant message.</summary>
    public Distribution? AnswerCharacters { get; init; }

    /// <summary>What the answers look like.</summary>
    public AnswerStatistics Answers { get; init; } = new();

    /// <summary>Time the check took.</summary>
    public double Seconds { get; init; }

    /// <summary>Text checked in a second, in millions of bytes.</summary>
    [JsonIgnore]
    public double MegabytesPerSecond => Seconds > 0 ? TextBytes / 1e6 / Seconds : 0;
}
