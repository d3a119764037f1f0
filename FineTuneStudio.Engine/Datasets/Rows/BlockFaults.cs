using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>The faults of one block, counted always and worded only while their kind is still listed.</summary>
/// <param name="full">For each kind, whether earlier blocks filled its list; written by the one who merges.</param>
internal sealed class BlockFaults(bool[] full)
{
    private readonly long[] _counts = new long[FaultKinds.Count];
    private long _line;
    private long _row;
    private long _rowOffset;

    /// <summary>Faults in words, in order; <see cref="DatasetFault.Row"/> counts from the block's first row.</summary>
    public List<DatasetFault> Listed { get; } = [];

    /// <summary>Occurrences of each kind.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Whether the row that was begun last has an error.</summary>
    public bool RowHasError { get; private set; }

    /// <summary>Whether the row that was begun last has a warning.</summary>
    public bool RowHasWarning { get; private set; }

    /// <summary>Whether anything was found in the block.</summary>
    public bool Any { get; private set; }

    /// <summary>Whether positions are those of a converted row, and say nothing about the file's bytes.</summary>
    public bool Converted { get; set; }

    public void Reset()
    {
        Listed.Clear();
        Array.Clear(_counts);
        Any = false;
        RowHasError = false;
    }

    public void BeginRow(long line, long row, long offset)
    {
        _line = line;
        _row = row;
        _rowOffset = offset;
        RowHasError = false;
        RowHasWarning = false;
    }

    /// <summary>Counts a fault; true where it should be worded by <see cref="Add"/>.</summary>
    public bool Count(DatasetFaultKind kind)
    {
        _counts[(int)kind]++;
        Any = true;
        var isError = FaultKinds.SeverityOf(kind) == FaultSeverity.Error;
        RowHasError |= isError;
        RowHasWarning |= !isError;
        return !Volatile.Read(ref full[(int)kind]);
    }

    /// <summary>Words a fault that was counted.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="position">Bytes from the row's start; 0 where unknown.</param>
    /// <param name="field">Path in the row.</param>
    /// <param name="found">What is there.</param>
    /// <param name="expected">What should be.</param>
    /// <param name="fix">The way out.</param>
    /// <param name="lineInRow">Lines from the row's first.</param>
    public void Add(DatasetFaultKind kind, long position, string field, string found, string expected, string fix, long lineInRow = 0)
        => Listed.Add(new DatasetFault(
            kind, FaultKinds.SeverityOf(kind), _line + lineInRow, _row, _rowOffset + (Converted ? 0 : position), field, found, expected, fix));
}
