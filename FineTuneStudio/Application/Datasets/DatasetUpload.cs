using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Persistence;
using Microsoft.AspNetCore.Connections;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Brings a file of any size to disk: hashed on the way, under a name of our own, whole or not at all.</summary>
internal sealed class DatasetUpload(IDbContextFactory<StudioDatabase> databases, StudioPaths paths, TimeProvider time, IOptions<StudioOptions> options)
{
    private const int MaxNameLength = 255;

    private static readonly string[] Extensions = [".jsonl.gz", ".json.gz", ".csv.gz", ".tsv.gz", ".jsonl", ".json", ".csv", ".tsv", ".gz"];

    public async Task<Result<DatasetEntity>> ReceiveAsync(string name, Stream content, long? length, CancellationToken cancellationToken)
    {
        name = FileNames.Received(name);
        if (name.Length is 0 or > MaxNameLength)
        {
            return Refuse("name", $"Give the file a name of 1 to {MaxNameLength} characters.");
        }

        if (length > options.Value.MaxUploadBytes)
        {
            return Refuse(name, TooLarge());
        }

        if (length is { } needed && DiskFaults.FreeBytes(paths.Root) is { } free && free - options.Value.ReserveBytes < needed)
        {
            return Refuse(name, $"The file takes {ByteSize.Text(needed)} and {ByteSize.Text(free)} are free in {paths.Root}, of which {ByteSize.Text(options.Value.ReserveBytes)} stay free for runs. Delete runs or datasets that are no longer needed, or start the studio with --data on a larger disk.");
        }

        var id = Guid.CreateVersion7();
        var extension = Extensions.FirstOrDefault(extension => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) ?? ".jsonl";
        var partial = Path.Combine(paths.Uploads, id.ToString("N"));
        var isStored = false;
        try
        {
            var (sha256, bytes) = await ReceivedFile.WriteAsync(content, partial, options.Value.MaxUploadBytes, cancellationToken);
            if (bytes > options.Value.MaxUploadBytes)
            {
                return Refuse(name, TooLarge());
            }

            DurableFile.CreateFolder(paths.Dataset(id));
            File.Move(partial, paths.DatasetFile(id, extension));
            DurableFile.FlushParent(paths.DatasetFile(id, extension));
            var row = await AddAsync(id, name, extension, bytes, sha256, cancellationToken);
            isStored = true;
            return new Result<DatasetEntity>.Success(row);
        }
        catch (Exception exception) when (FullDisk.Caused(exception))
        {
            return new Result<DatasetEntity>.Refused([FullDisk.Describe(name, "the file", length, paths.Root)]);
        }
        catch (IOException exception) when (!cancellationToken.IsCancellationRequested && exception is not BadHttpRequestException and not ConnectionResetException)
        {
            return Refuse(name, $"The file could not be stored in {paths.Root}: {exception.Message} Nothing else was touched.");
        }
        finally
        {
            File.Delete(partial);
            if (!isStored && Directory.Exists(paths.Dataset(id)))
            {
                Directory.Delete(paths.Dataset(id), recursive: true);
            }
        }
    }

    private async Task<DatasetEntity> AddAsync(Guid id, string name, string extension, long bytes, string sha256, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = new DatasetEntity
        {
            Id = id,
            // Specifications name datasets, so names are unique.
            Name = await FileNames.FreeAsync(name, candidate => database.Datasets.AnyAsync(dataset => dataset.Name == candidate, cancellationToken)),
            State = DatasetState.Checking,
            Extension = extension,
            Bytes = bytes,
            Sha256 = sha256,
            CreatedAt = time.GetUtcNow(),
        };
        database.Datasets.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        return row;
    }

    private static Result<DatasetEntity> Refuse(string field, string message) => new Result<DatasetEntity>.Refused([new UserError(field, message)]);

    private string TooLarge()
        => $"The file is larger than the limit of {options.Value.MaxUploadBytes:N0} bytes. Raise Studio:MaxUploadBytes in appsettings.json, or split the file.";
}
