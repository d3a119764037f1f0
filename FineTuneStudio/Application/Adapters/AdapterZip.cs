using System.IO.Compression;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Unpacks the files of an adapter out of a zip, whatever else is in it; no name of the zip becomes a path.</summary>
internal static class AdapterZip
{
    public const string Ending = ".zip";

    private static readonly string[] Names = [AdapterFiles.Configuration, AdapterFiles.Weights, AdapterFiles.ReadMe];

    /// <summary>Unpacks.</summary>
    /// <param name="path">The zip.</param>
    /// <param name="origin">What a person calls it.</param>
    /// <param name="folder">Made for its files.</param>
    /// <param name="cancellationToken">Looked at between files.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="UserErrorException">There is no such file, or it is no zip of an adapter.</exception>
    public static string Unpack(string path, string origin, string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(origin, "There is no such folder or file on the studio's machine. Give a folder with adapter_config.json and adapter_model.safetensors, or a zip of it.");
        }

        try
        {
            using var archive = ZipFile.OpenRead(path);
            var place = PlaceOf(archive, origin);
            Directory.CreateDirectory(folder);
            foreach (var name in Names)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (archive.GetEntry(place + name) is { } entry)
                {
                    Unpack(entry, Path.Combine(folder, name), origin);
                }
            }

            // Told apart from weights that are not there at all: the reader says what to do.
            if (archive.GetEntry(place + AdapterFiles.Pickled) is not null)
            {
                File.WriteAllBytes(Path.Combine(folder, AdapterFiles.Pickled), []);
            }

            return folder;
        }
        catch (InvalidDataException exception)
        {
            throw new UserErrorException(origin, $"This is no sound zip ({exception.Message}) Give a folder in PEFT layout, or a zip of it.");
        }
    }

    // The folder inside of the zip that holds the configuration; there is one, or the person has to say which.
    private static string PlaceOf(ZipArchive archive, string origin)
    {
        var places = archive.Entries.Where(entry => entry.Name == AdapterFiles.Configuration).Select(entry => entry.FullName[..^entry.Name.Length]).Distinct(StringComparer.Ordinal).ToList();
        return places.Count switch
        {
            1 => places[0],
            0 => throw new UserErrorException(origin, $"There is no {AdapterFiles.Configuration} in the zip; this is no adapter in PEFT layout."),
            _ => throw new UserErrorException(origin, $"The zip holds several adapters ({string.Join(", ", places.Select(place => place.Length == 0 ? "at its top" : place))}). Unpack it, and import one folder at a time."),
        };
    }

    // No more than the zip announces: one that lies about its size does not fill the disk.
    private static void Unpack(ZipArchiveEntry entry, string target, string origin)
    {
        using var from = entry.Open();
        using var to = File.Create(target);
        var buffer = new byte[1 << 20];
        while (from.Read(buffer) is > 0 and var count)
        {
            if (to.Length + count > entry.Length)
            {
                throw new UserErrorException(origin, $"{entry.Name} is larger than the zip says. The file is damaged, or made to fill disks.");
            }

            to.Write(buffer.AsSpan(0, count));
        }
    }
}
