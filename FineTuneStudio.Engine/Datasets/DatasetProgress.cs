namespace FineTuneStudio.Engine.Datasets;

/// <summary>How far a check is.</summary>
/// <param name="Bytes">Bytes of text read.</param>
/// <param name="TotalBytes">Bytes of the file; <see langword="null"/> where it is compressed and its text's size is not known.</param>
/// <param name="Rows">Rows seen.</param>
/// <param name="BadRows">Rows with errors so far.</param>
public sealed record DatasetProgress(long Bytes, long? TotalBytes, long Rows, long BadRows);
