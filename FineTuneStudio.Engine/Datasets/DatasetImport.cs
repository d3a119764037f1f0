using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>
/// A dataset on its way to disk: what is written to <see cref="Stream"/> is hashed as it passes and appears under its name only when it
/// is complete. Disposed before <see cref="Complete"/>, it leaves nothing.
/// </summary>
public sealed class DatasetImport : IDisposable
{
    private readonly DurableFile _file;
    private readonly HashingStream _stream;

    private DatasetImport(DurableFile file)
    {
        _file = file;
        _stream = new HashingStream(file.Stream);
    }

    /// <summary>Where the upload goes, synchronously or asynchronously.</summary>
    public Stream Stream => _stream;

    /// <summary>Bytes so far.</summary>
    public long Bytes => _stream.Length;

    /// <summary>Begins an import to a file; its folder is created where it is missing.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static DatasetImport Begin(string path) => new(DurableFile.Create(path));

    /// <summary>Forces the file to disk under its name.</summary>
    /// <exception cref="IOException">The disk is full or gone; nothing appears (see <see cref="DiskFaults.IsDiskFull"/>).</exception>
    public ImportedDataset Complete()
    {
        _file.Commit();
        return new ImportedDataset(_file.Path, _stream.Length, _stream.HashText());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
    }
}
