namespace FineTuneStudio.Application.Datasets;

/// <summary>Which rows a browser shows.</summary>
public enum RowFilter
{
    /// <summary>All.</summary>
    All,

    /// <summary>Rows with an error or a warning.</summary>
    Faulty,

    /// <summary>Rows longer than the chosen context.</summary>
    TooLong,

    /// <summary>Rows that define tools.</summary>
    Tools,
}
