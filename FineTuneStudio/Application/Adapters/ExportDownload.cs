namespace FineTuneStudio.Application.Adapters;

/// <summary>A finished export on its way to a person.</summary>
public sealed class ExportDownload
{
    private readonly string _folder;

    internal ExportDownload(string folder)
    {
        _folder = folder;
        File = Directory.EnumerateFiles(folder, "*.gguf").FirstOrDefault();
    }

    /// <summary>The one file that matters, where there is one; else the folder goes as a zip.</summary>
    public string? File { get; }

    /// <summary>Writes the folder's files as a zip; weights do not compress, so nothing is.</summary>
    public Task WriteZipAsync(Stream destination, CancellationToken cancellationToken) => FolderZip.WriteAsync(_folder, destination, cancellationToken);
}
