using System.IO.Compression;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Adapters;

/// <summary>An adapter as one file to download: a zip of its folder.</summary>
public static class AdapterArchive
{
    // The zip format's first day; the same adapter gives the same bytes.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Names = [AdapterFiles.Weights, AdapterFiles.Configuration, AdapterFiles.ReadMe];

    /// <summary>Writes the zip: weights, configuration and, where it is there, the README.</summary>
    /// <param name="stream">Need not be seekable.</param>
    /// <param name="folder">An adapter's folder.</param>
    /// <exception cref="UserErrorException">The folder is no adapter.</exception>
    public static void Write(Stream stream, string folder)
    {
        Check(folder);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var name in Names.Where(name => File.Exists(Path.Combine(folder, name))))
        {
            // Weights are random bits to a compressor.
            var entry = archive.CreateEntry(name, name == AdapterFiles.Weights ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
            entry.LastWriteTime = Epoch;
            using var target = entry.Open();
            using var source = File.OpenRead(Path.Combine(folder, name));
            source.CopyTo(target);
        }
    }

    /// <summary>Copies the folder's own files: all of them, or none.</summary>
    /// <exception cref="UserErrorException">The folder is no adapter.</exception>
    /// <exception cref="IOException">The disk is full; what was copied is gone again.</exception>
    public static void Copy(string folder, string target)
    {
        Check(folder);
        var isNew = !Directory.Exists(target);
        var copied = new List<string>();
        try
        {
            DurableFile.CreateFolder(target);
            foreach (var name in Names.Where(name => File.Exists(Path.Combine(folder, name))))
            {
                FolderCopy.File(Path.Combine(folder, name), Path.Combine(target, name));
                copied.Add(Path.Combine(target, name));
            }
        }
        catch
        {
            copied.ForEach(File.Delete);
            if (isNew && Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            throw;
        }
    }

    /// <summary>Size of what <see cref="Write"/> and <see cref="Copy"/> write.</summary>
    public static long BytesOf(string folder)
        => Names.Select(name => new FileInfo(Path.Combine(folder, name))).Where(file => file.Exists).Sum(file => file.Length);

    private static void Check(string folder)
        => UserErrorException.ThrowIfAny(Names.Where(name => name != AdapterFiles.ReadMe && !File.Exists(Path.Combine(folder, name)))
            .Select(name => new UserError(folder, $"There is no {name}; this is no adapter folder in PEFT layout.")));
}
