namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Where a tensor of the hub's files stands in a GGUF file.</summary>
/// <param name="HubName">Name in the hub's files.</param>
/// <param name="Name">Name in the GGUF file.</param>
/// <param name="Shape">Sizes, the same in both.</param>
/// <param name="Change">What is done to its rows.</param>
/// <param name="HeadSize">Rows of a head, where the change is by heads.</param>
internal sealed record GgufSlot(string HubName, string Name, long[] Shape, RowChange Change = RowChange.None, int HeadSize = 0)
{
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
