using System.IO.Compression;

namespace FineTuneStudio.Application.Adapters;

/// <summary>A folder of weights as a zip; they do not compress, so nothing is.</summary>
internal static class FolderZip
{
    public static async Task WriteAsync(string folder, Stream destination, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(destination, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            var entry = zip.CreateEntry(Path.GetRelativePath(folder, file.FullName), CompressionLevel.NoCompression);
            await using var from = file.OpenRead();
            await using var to = await entry.OpenAsync(cancellationToken);
            await from.CopyToAsync(to, 1 << 20, cancellationToken);
        }
    }
}
