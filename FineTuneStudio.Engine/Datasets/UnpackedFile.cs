using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets;

/// <summary>A compressed dataset's text in a temporary file, so that its rows can be read in any order.</summary>
internal sealed class UnpackedFile : IDisposable
{
    private readonly string _folder;

    private UnpackedFile(string folder, string path)
    {
        _folder = folder;
        Path = path;
    }

    public string Path { get; }

    /// <exception cref="UserErrorException">The archive is damaged, or the disk has no room for its text.</exception>
    public static UnpackedFile Create(DatasetFile file, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("finetunestudio-").FullName;

        // The name keeps its inner extension, by which CSV and JSON are told apart.
        var name = System.IO.Path.GetFileNameWithoutExtension(file.Path);
        var unpacked = new UnpackedFile(folder, System.IO.Path.Combine(folder, name.Length > 0 ? name : "rows"));
        try
        {
            using var text = file.OpenText();
            using var target = new FileStream(unpacked.Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
            var buffer = new byte[1 << 20];
            for (int count; (count = text.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                target.Write(buffer.AsSpan(0, count));
            }

            return unpacked;
        }
        catch (Exception exception)
        {
            unpacked.Dispose();
            throw exception switch
            {
                InvalidDataException => new UserErrorException(file.Path, $"The gzip file is damaged or cut off ({exception.Message}); copy or compress it again."),
                IOException => new UserErrorException(file.Path, $"The gzip file cannot be unpacked to {folder}: {exception.Message} Make room there, or unpack it yourself."),
                _ => exception,
            };
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
