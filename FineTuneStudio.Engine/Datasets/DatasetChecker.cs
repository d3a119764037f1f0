using System.Diagnostics;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>Reads a dataset once from beginning to end: every fault, with its place and the way out, and the statistics.</summary>
/// <remarks>Memory does not grow with the file: one block for each thread, and tables of a few dozen megabytes at most.</remarks>
public static class DatasetChecker
{
    /// <summary>Checks a file.</summary>
    /// <param name="path">JSONL, a JSON array or CSV, plain or gzip.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <param name="progress">Told about each block, from the checking threads, one at a time.</param>
    /// <param name="badRows">Where bad rows go as they are written in the file, each with a newline (behind the header, for CSV).</param>
    /// <exception cref="UserErrorException">There is no such file, it cannot be read, or an option is impossible.</exception>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static DatasetReport Check(
        string path, DatasetCheckOptions options, CancellationToken cancellationToken, Action<DatasetProgress>? progress = null, Stream? badRows = null)
        => Check(DatasetFile.Open(path, options), options, positions: null, cancellationToken, progress, badRows);

    /// <summary>Writes the bad rows of a file to a stream, as they are in the file, and returns the report.</summary>
    public static DatasetReport WriteBadRows(string path, DatasetCheckOptions options, Stream badRows, CancellationToken cancellationToken)
        => Check(path, options, cancellationToken, progress: null, badRows);

    internal static DatasetReport Check(
        DatasetFile file, DatasetCheckOptions options, RowPositions? positions, CancellationToken cancellationToken,
        Action<DatasetProgress>? progress = null, Stream? badRows = null)
    {
        var watch = Stopwatch.StartNew();
        var builder = new ReportBuilder(file, options, positions, badRows);
        if (!file.HasRows)
        {
            return builder.Build([], 0, null, watch.Elapsed.TotalSeconds);
        }

        try
        {
            using var text = file.OpenText();
            var reader = file.CreateReader(text);
            var workers = Enumerable.Range(0, options.Workers).Select(_ => new BlockWorker(file, options, builder.Full)).ToList();
            var pipeline = new CheckPipeline(reader, workers, worker =>
            {
                builder.Merge(worker);
                progress?.Invoke(new DatasetProgress(reader.BytesRead, file.Compressed ? null : file.Bytes, builder.Rows, builder.BadRows));
            });
            pipeline.Run(cancellationToken);
            return builder.Build(workers, reader.BytesRead, reader.StreamFault, watch.Elapsed.TotalSeconds);
        }
        catch (IOException exception)
        {
            throw new UserErrorException(file.Path, $"The check stopped: {exception.Message}");
        }
    }
}
