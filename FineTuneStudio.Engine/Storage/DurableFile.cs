using FineTuneStudio.Engine.Native;

namespace FineTuneStudio.Engine.Storage;

/// <summary>A file that appears under its name whole and on disk, or not at all.</summary>
/// <remarks>
/// What is written goes to a temporary neighbour; <see cref="Commit"/> forces it to disk, renames it over the target and forces the
/// folder's entry to disk. Disposed without a commit, it leaves nothing. Not thread-safe.
/// </remarks>
public sealed class DurableFile : IDisposable
{
    /// <summary>End of every temporary name; what a killed process left behind can be found and deleted by it.</summary>
    public const string TemporarySuffix = ".partial";

    private readonly FileStream _stream;
    private readonly string _temporaryPath;
    private bool _committed;

    private DurableFile(string path, string temporaryPath, FileStream stream)
    {
        Path = path;
        _temporaryPath = temporaryPath;
        _stream = stream;
    }

    /// <summary>Full path of the file to be.</summary>
    public string Path { get; }

    /// <summary>Where to write; belongs to this object.</summary>
    public Stream Stream => _stream;

    /// <summary>Begins a file; the folder is created where it is missing.</summary>
    /// <param name="path">The file to be; one that exists is replaced by the commit.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public static DurableFile Create(string path)
    {
        var fullPath = System.IO.Path.GetFullPath(path);
        CreateFolder(FolderOf(fullPath));
        var temporaryPath = $"{fullPath}.{Guid.NewGuid():N}{TemporarySuffix}";
        return new DurableFile(fullPath, temporaryPath, new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16));
    }

    /// <summary>Writes a whole small file durably.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = Create(path);
        file.Stream.Write(bytes);
        file.Commit();
    }

    /// <summary>Writes a whole small file durably, as UTF-8 without a byte order mark.</summary>
    public static void WriteAllText(string path, string text)
        => WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Creates a folder and the missing ones above it, so that they survive a power cut.</summary>
    public static void CreateFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = FolderOf(System.IO.Path.GetFullPath(folder));
        CreateFolder(parent);
        Directory.CreateDirectory(folder);
        FileSystemSync.FlushFolder(parent);
    }

    /// <summary>Moves a finished folder to its name (which must not exist) and forces both entries to disk.</summary>
    /// <remarks>Its files must have been flushed before, as <see cref="Commit"/> or <see cref="FileStream.Flush(bool)"/> do.</remarks>
    public static void MoveFolder(string source, string destination)
    {
        FileSystemSync.FlushFolder(source);
        Directory.Move(source, destination);
        FlushParent(destination);
    }

    /// <summary>Forces the entry of <paramref name="path"/> in its folder to disk, after a rename or a deletion done elsewhere.</summary>
    public static void FlushParent(string path) => FileSystemSync.FlushFolder(FolderOf(System.IO.Path.GetFullPath(path)));

    /// <summary>Forces everything to disk and gives the file its name.</summary>
    /// <exception cref="IOException">The disk is full or gone; the target is as it was before.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_committed, this);
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporaryPath, Path, overwrite: true);
        _committed = true;
        FlushParent(Path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // A full disk can refuse the last buffered bytes; the file goes away in any case.
        }

        File.Delete(_temporaryPath);
    }

    private static string FolderOf(string fullPath) => System.IO.Path.GetDirectoryName(fullPath) ?? fullPath;
}
