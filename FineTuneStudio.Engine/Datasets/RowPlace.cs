namespace FineTuneStudio.Engine.Datasets;

/// <summary>A row among all rows of a file, good and bad.</summary>
/// <param name="Number">Number among all rows, from 0, in the order of the file.</param>
/// <param name="Line">Line of its first byte, from 1.</param>
/// <param name="Good">Number among the good rows; <see langword="null"/> for a row with an error.</param>
/// <param name="Traits">What the check noticed; nothing for a row with an error.</param>
public readonly record struct RowPlace(int Number, long Line, int? Good, RowTraits Traits)
{
    /// <summary>Whether there is anything to say about the row.</summary>
    public bool IsFaulty => Good is null || (Traits & (RowTraits.Warned | RowTraits.Repeated)) != 0;
}
