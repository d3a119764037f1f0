using System.IO.Compression;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Exports;

/// <summary>Where an export goes once it is certified: a folder, a zip, or a GGUF file with its certificate beside it.</summary>
internal sealed class ExportTarget
{
    public const string GgufEnding = ".gguf";
    private const string ZipEnding = ".zip";

    // The zip format's first day; the same export gives the same bytes.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _path;

    /// <exception cref="UserErrorException">The path does not fit the form, or there is something there already.</exception>
    public ExportTarget(ExportRequest request)
    {
        _path = Path.GetFullPath(request.Target);
        if (_path.EndsWith(GgufEnding, StringComparison.OrdinalIgnoreCase) && request.Format is ExportFormat.Peft or ExportFormat.Merged)
        {
            throw new UserErrorException("--out", $"{Path.GetFileName(_path)} is the name of a GGUF file; give --format gguf or gguf-lora, or name a folder or a .zip.");
        }

        if (!IsFile && (File.Exists(_path) || (Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any())))
        {
            throw new UserErrorException(request.Target, "There is something here already; name a folder that is empty or new.");
        }
    }

    private bool IsFile => IsZip || _path.EndsWith(GgufEnding, StringComparison.OrdinalIgnoreCase);

    private bool IsZip => _path.EndsWith(ZipEnding, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes the finished export.</summary>
    /// <param name="staging">Its folder.</param>
    /// <param name="main">Its one GGUF file, or the folder again.</param>
    public void Take(string staging, string main)
    {
        if (IsZip)
        {
            WriteZip(staging);
        }
        else if (IsFile)
        {
            // The certificate first: a model is never there without it.
            File.Move(Path.Combine(staging, AdapterFiles.Certificate), Path.ChangeExtension(_path, AdapterFiles.Certificate), overwrite: true);
            File.Move(main, _path, overwrite: true);
            DurableFile.FlushParent(_path);
        }
        else
        {
            if (Directory.Exists(_path))
            {
                Directory.Delete(_path);
            }

            DurableFile.MoveFolder(staging, _path);
        }
    }

    private void WriteZip(string folder)
    {
        using var file = DurableFile.Create(_path);
        using (var archive = new ZipArchive(file.Stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            {
                // Weights are random bits to a compressor.
                var isWeights = Path.GetExtension(path) is ".safetensors" or GgufEnding;
                var entry = archive.CreateEntry(Path.GetFileName(path), isWeights ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
                entry.LastWriteTime = Epoch;
                using var target = entry.Open();
                using var source = File.OpenRead(path);
                source.CopyTo(target);
            }
        }

        file.Commit();
    }
}
