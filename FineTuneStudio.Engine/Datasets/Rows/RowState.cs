namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>What became of a record.</summary>
internal enum RowState : byte
{
    /// <summary>A row to learn from.</summary>
    Good,

    /// <summary>A row with an error.</summary>
    Bad,

    /// <summary>A row of a format that is only counted.</summary>
    Counted,

    /// <summary>No row: an empty line.</summary>
    Blank,

    /// <summary>No row: a header, or what is missing at the end of the file.</summary>
    None,
}
