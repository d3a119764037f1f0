namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>Where a record lies in its block.</summary>
/// <param name="Start">First byte, in the block's buffer.</param>
/// <param name="Length">Bytes without the terminator.</param>
/// <param name="Offset">Offset of the first byte in the file.</param>
/// <param name="Line">Line of the first byte, from 1.</param>
/// <param name="FullLength">Bytes in the file; more than <paramref name="Length"/> only for <see cref="RecordMark.TooLong"/>.</param>
/// <param name="Mark">What the splitter noticed.</param>
internal readonly record struct RecordSpan(int Start, int Length, long Offset, long Line, long FullLength, RecordMark Mark);
