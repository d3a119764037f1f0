namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Where a tensor of the hub's files stands in a GGUF file, or the matrices of all experts, which are one tensor there.</summary>
/// <param name="HubNames">Name in the hub's files; of experts a name for each.</param>
/// <param name="Name">Name in the GGUF file.</param>
/// <param name="Shape">Sizes in the GGUF file: those of the hub's tensor, before them the number of experts where there are several.</param>
/// <param name="Change">What is done to its rows.</param>
/// <param name="HeadSize">Rows of a head, where the change is by heads.</param>
internal sealed record GgufSlot(IReadOnlyList<string> HubNames, string Name, long[] Shape, RowChange Change = RowChange.None, int HeadSize = 0)
{
    /// <summary>Rows of the GGUF file as rows of the hub's tensors.</summary>
    /// <param name="first">First row.</param>
    /// <param name="count">How many.</param>
    public IEnumerable<(int Part, long First, long Count)> Pieces(long first, long count)
    {
        var rows = Shape[^2];
        for (var (row, end) = (first, first + count); row < end;)
        {
            var piece = (Part: (int)(row / rows), First: row % rows, Count: Math.Min(end - row, rows - (row % rows)));
            yield return piece;
            row += piece.Count;
        }
    }

    /// <summary>For each row of the GGUF file its row in the hub's, or <see langword="null"/> where they are the same.</summary>
    public long[]? HubRows()
    {
        if (Change == RowChange.None)
        {
            return null;
        }

        var half = HeadSize / 2;
        var rows = new long[Shape[0]];
        for (var row = 0; row < rows.Length; row++)
        {
            var inHead = row % HeadSize;
            rows[row] = row - inHead + (inHead % 2 * half) + (inHead / 2);
        }

        return rows;
    }

    /// <summary>For each row of the hub's its row in the GGUF file, or <see langword="null"/> where they are the same.</summary>
    public long[]? GgufRows()
    {
        if (HubRows() is not { } rows)
        {
            return null;
        }

        var inverse = new long[rows.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            inverse[rows[row]] = row;
        }

        return inverse;
    }
}
