using System.Text;

namespace FineTuneStudio.Engine.Training;

/// <summary>A file that grows by whole records, each handed to the system before the call returns, and that a resumed run cuts back.</summary>
internal sealed class AppendLog : IDisposable
{
    private readonly FileStream _stream;

    /// <summary>Opens the file and cuts off what comes after the first so many bytes.</summary>
    /// <param name="path">The file; made where it is missing.</param>
    /// <param name="length">Bytes that stay.</param>
    public AppendLog(string path, long length)
    {
        // No buffer of its own: a killed process must not take records with it.
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _stream.SetLength(Math.Min(length, _stream.Length));
        _stream.Seek(0, SeekOrigin.End);
    }

    /// <summary>Bytes so far.</summary>
    public long Length => _stream.Length;

    /// <summary>Appends a line.</summary>
    /// <exception cref="IOException">The disk is full; nothing of the line stays.</exception>
    public void Append(string line) => Append(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Appends a record.</summary>
    /// <exception cref="IOException">The disk is full; nothing of the record stays.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        var before = _stream.Length;
        try
        {
            _stream.Write(record);
        }
        catch (IOException)
        {
            _stream.SetLength(before);
            throw;
        }
    }

    /// <summary>Forces everything to disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
