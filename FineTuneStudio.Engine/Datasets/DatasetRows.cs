using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Rows;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>All rows of an indexed file, good and bad, by their number in the file: for looking at them, where the index is for learning.</summary>
/// <remarks>Thread-safe, as the index is; it must not outlive it.</remarks>
public sealed class DatasetRows(DatasetIndex index)
{
    private readonly RowPositions _positions = index.Positions;

    /// <summary>The good ones among them.</summary>
    public DatasetIndex Index => index;

    /// <summary>Rows, good and bad.</summary>
    public int Count => _positions.Count + _positions.Bad.Count;

    /// <summary>Rows with an error.</summary>
    public int BadCount => _positions.Bad.Count;

    /// <summary>What stands at a number.</summary>
    /// <param name="number">From 0, below <see cref="Count"/>.</param>
    public RowPlace Place(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        var before = _positions.Bad.CountBefore(number);
        if (IsBad(number, before))
        {
            return new RowPlace(number, _positions.Bad[before].Line, null, RowTraits.None);
        }

        var position = _positions[number - before];
        return new RowPlace(number, position.Line, number - before, position.Traits);
    }

    /// <summary>The number of a good row among all rows.</summary>
    public int NumberOf(int good) => good + _positions.Bad.CountBeforeGood(good);

    /// <summary>The row that a line of the file belongs to: the last one that begins at or above it; the first row for lines before it.</summary>
    public int NumberOfLine(long line)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Place(middle).Line > line ? (low, middle) : (middle + 1, high);
        }

        return Math.Max(0, low - 1);
    }

    /// <summary>A row's bytes as they lie in the file; of one that is too long, its beginning.</summary>
    public byte[] ReadRaw(int number)
    {
        var (offset, length) = Extent(number);
        var bytes = new byte[length];
        return bytes[..index.ReadBytes(offset, bytes)];
    }

    /// <summary>Everything that is wrong with one row, found by checking it again; nothing for a sound one.</summary>
    public IReadOnlyList<DatasetFault> FaultsOf(int number)
    {
        var place = Place(number);
        if (!place.IsFaulty)
        {
            return [];
        }

        var before = _positions.Bad.CountBefore(number);
        var position = place.Good is { } good ? _positions[good] : default;
        var span = place.Good is null ? _positions.Bad[before].ToSpan() : new(0, position.Length, position.Offset, position.Line, position.Length, default);
        var faults = RowCheck.Check(index.Source, index.Options, ReadRaw(number), span).Select(fault => fault with { Row = number });
        return (place.Traits & RowTraits.Repeated) == 0 ? [.. faults] : [.. faults, Repeated(place)];
    }

    /// <summary>Where a row's bytes lie.</summary>
    internal (long Offset, int Length) Extent(int number)
    {
        var before = _positions.Bad.CountBefore(number);
        if (IsBad(number, before))
        {
            return (_positions.Bad[before].Offset, _positions.Bad[before].Length);
        }

        var position = _positions[number - before];
        return (position.Offset, position.Length);
    }

    private bool IsBad(int number, int before) => before < _positions.Bad.Count && _positions.Bad[before].Number == number;

    // Only the whole file knows which row it repeats; the report's list does where the row is on it.
    private DatasetFault Repeated(RowPlace place)
        => index.Report.Faults.FirstOrDefault(fault => fault.Kind == DatasetFaultKind.DuplicateRow && fault.Row == place.Number)
            ?? new DatasetFault(
                DatasetFaultKind.DuplicateRow, FaultSeverity.Warning, place.Line, place.Number, Extent(place.Number).Offset, "",
                "a row that occurred before", "each row once", "It is learnt twice as much, and may be held out and learnt at once: remove it unless you mean it.");
}
