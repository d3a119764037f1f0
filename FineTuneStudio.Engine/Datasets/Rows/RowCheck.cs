using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets.Records;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Checks one record by itself, as the check of the whole file does.</summary>
internal static class RowCheck
{
    /// <summary>What is wrong with a record, in words.</summary>
    /// <param name="file">The file it is from.</param>
    /// <param name="options">How the file is read.</param>
    /// <param name="record">Its bytes.</param>
    /// <param name="span">Its place, and what the splitter noticed.</param>
    public static IReadOnlyList<DatasetFault> Check(DatasetFile file, DatasetCheckOptions options, ReadOnlySpan<byte> record, RecordSpan span)
    {
        var worker = new BlockWorker(file, options, new bool[FaultKinds.Count]);
        worker.Block.Reset(Math.Max(1, record.Length));
        record.CopyTo(worker.Block.Buffer);
        worker.Block.Filled = record.Length;
        worker.Block.Records.Add(span with { Start = 0, Length = record.Length });
        worker.Process();
        return worker.Faults.Listed;
    }
}
