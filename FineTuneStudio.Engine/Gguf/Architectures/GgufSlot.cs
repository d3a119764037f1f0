using FineTuneStudio.Engine.Gguf.Architectures.Views;

namespace FineTuneStudio.Engine.Gguf.Architectures;

/// <summary>Where a tensor of the hub's files stands in a GGUF file, or a part of it, or the matrices of all experts, which are one tensor there.</summary>
/// <param name="HubNames">Name in the hub's files; of experts a name for each.</param>
/// <param name="Name">Name in the GGUF file.</param>
/// <param name="Shape">Sizes in the GGUF file; of a stack of matrices their number first.</param>
/// <param name="View">How it stands in the hub's tensor.</param>
internal sealed record GgufSlot(IReadOnlyList<string> HubNames, string Name, long[] Shape, HubView View)
{
    /// <summary>Whether an adapter beside the hub's tensor works there too: llama.cpp leaves some out of account.</summary>
    public bool TakesAdapters { get; init; } = true;

    /// <summary>The hub's tensor that holds a matrix of the stack.</summary>
    public string HubNameOf(int part) => HubNames[HubNames.Count == 1 ? 0 : part];

    /// <summary>Rows of the GGUF file as rows of its matrices; a vector is one piece.</summary>
    /// <param name="first">First row.</param>
    /// <param name="count">How many.</param>
    public IEnumerable<(int Part, long First, long Count)> Pieces(long first, long count)
    {
        if (Shape.Length == 1)
        {
            yield return (0, 0, Shape[0]);
            yield break;
        }

        var rows = Shape[^2];
        for (var (row, end) = (first, first + count); row < end;)
        {
            var piece = (Part: (int)(row / rows), First: row % rows, Count: Math.Min(end - row, rows - (row % rows)));
            yield return piece;
            row += piece.Count;
        }
    }
}
