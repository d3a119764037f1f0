namespace FineTuneStudio.Application.Adapters;

/// <summary>Files made for one download; their folder is gone when this is disposed.</summary>
public sealed class PreparedDownload : IDisposable
{
    internal PreparedDownload(string folder)
    {
        Folder = folder;
    }

    internal string Folder { get; }

    /// <summary>Writes the folder's files as a zip; weights do not compress, so nothing is.</summary>
    public Task WriteZipAsync(Stream destination, CancellationToken cancellationToken) => FolderZip.WriteAsync(Folder, destination, cancellationToken);

    /// <summary>Writes the one file of the folder as it is.</summary>
    public async Task WriteFileAsync(Stream destination, CancellationToken cancellationToken)
    {
        await using var file = new DirectoryInfo(Folder).EnumerateFiles().Single().OpenRead();
        await file.CopyToAsync(destination, 1 << 20, cancellationToken);
    }

    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
