using System.Runtime.InteropServices;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Training;

/// <summary>Writes down which rows each step saw and what they cost; <see cref="RowLosses"/> reads it.</summary>
internal sealed class RowLossLog : IDisposable
{
    /// <summary>The file never grows beyond: thirty million rows seen.</summary>
    public const long MostBytes = 256 << 20;

    private readonly AppendLog _log;
    private readonly PatientWriter _writer;
    private readonly string _folder;
    private readonly long _mostBytes;

    /// <summary>Opens the file and cuts off what a run that goes on will write again.</summary>
    /// <param name="runFolder">The run's.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="writer">Waits while the disk is full.</param>
    /// <param name="mostBytes">Of the file; steps that no longer fit are not written down.</param>
    public RowLossLog(string runFolder, int step, PatientWriter writer, long mostBytes = MostBytes)
    {
        (_folder, _writer, _mostBytes) = (runFolder, writer, mostBytes);
        _log = new AppendLog(Path.Combine(runFolder, RunFolder.Rows), RowLosses.LengthUntil(runFolder, step));
    }

    /// <summary>Appends a step, as soon as the disk takes it.</summary>
    public void Append(int step, IReadOnlyList<RowLoss> rows)
    {
        var record = new byte[RowLosses.HeaderBytes + (rows.Count * RowLosses.RowBytes)];
        if (_log.Length + record.Length > _mostBytes)
        {
            return;
        }

        MemoryMarshal.Write(record, step);
        MemoryMarshal.Write(record.AsSpan(sizeof(int)), rows.Count);
        var written = MemoryMarshal.Cast<byte, RowLoss>(record.AsSpan(RowLosses.HeaderBytes));
        for (var row = 0; row < rows.Count; row++)
        {
            written[row] = rows[row];
        }

        _writer.Write($"the rows of step {step}", record.Length, _folder, () => _log.Append(record));
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();
}
