namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>What the splitter noticed about a record, before anyone looks inside.</summary>
internal enum RecordMark : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The file ended before the record's terminator (a last line without a newline is this, too).</summary>
    EndOfFile,

    /// <summary>Longer than the limit; only its head is in the block.</summary>
    TooLong,

    /// <summary>A quote that was opened here never closes; the record was cut at its first newline to go on reading.</summary>
    UnclosedQuote,

    /// <summary>The comma before this array element is missing.</summary>
    MissingComma,

    /// <summary>Text after the array's end.</summary>
    AfterEnd,

    /// <summary>The file ended before the array's closing bracket.</summary>
    UnclosedArray,
}
