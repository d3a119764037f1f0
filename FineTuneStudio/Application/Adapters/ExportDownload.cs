using System.IO.Compression;

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
    public async Task WriteZipAsync(Stream destination, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(destination, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            var entry = zip.CreateEntry(Path.GetRelativePath(_folder, file.FullName), CompressionLevel.NoCompression);
            await using var from = file.OpenRead();
            await using var to = await entry.OpenAsync(cancellationToken);
            await from.CopyToAsync(to, 1 << 20, cancellationToken);
        }
    }
}
