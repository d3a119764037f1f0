using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Rendering;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Templates;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Models;

/// <summary>The base models that runs can start from: checked, hashed, copied into the data directory.</summary>
public sealed class ModelLibrary
{
    /// <summary>The model that comes with the studio.</summary>
    public const string EmbeddedName = "nano";

    private const int MaxNameLength = 100;

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly StudioPaths _paths;
    private readonly TimeProvider _time;

    internal ModelLibrary(IDbContextFactory<StudioDatabase> databases, StudioPaths paths, TimeProvider time)
    {
        (_databases, _paths, _time) = (databases, paths, time);
    }

    /// <summary>Every model, the embedded one first.</summary>
    public async Task<IReadOnlyList<ModelSummary>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        return [.. (await database.Models.AsNoTracking().OrderByDescending(model => model.Embedded).ThenBy(model => model.Name).ToListAsync(cancellationToken)).Select(Summarize)];
    }

    /// <summary>The model of a name, or <see langword="null"/>.</summary>
    public async Task<ModelSummary?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        return await database.Models.AsNoTracking().SingleOrDefaultAsync(model => model.Name == name, cancellationToken) is { } row ? Summarize(row) : null;
    }

    /// <summary>Takes a folder in: checks that the engine can train it, copies it, hashes the copy.</summary>
    /// <param name="folder">A folder in Hugging Face layout.</param>
    /// <param name="name">How it will be called; <see langword="null"/> takes the folder's name.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public Task<Result<ModelSummary>> ImportAsync(string folder, string? name, CancellationToken cancellationToken)
        => ImportAsync(folder, name, progress: null, cancellationToken);

    /// <inheritdoc cref="ImportAsync(string, string, CancellationToken)"/>
    /// <param name="folder">A folder in Hugging Face layout.</param>
    /// <param name="name">How it will be called; <see langword="null"/> takes the folder's name.</param>
    /// <param name="progress">Told of bytes copied, and of how many.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    internal Task<Result<ModelSummary>> ImportAsync(string folder, string? name, Action<long, long>? progress, CancellationToken cancellationToken)
        => TakeAsync(folder, name, (source, target) => CopyAsync(source, target, progress, cancellationToken), cancellationToken);

    /// <summary>Takes in a folder that lies inside the data directory already: it is moved, not copied.</summary>
    internal Task<Result<ModelSummary>> AdoptAsync(string folder, string name, CancellationToken cancellationToken)
        => TakeAsync(folder, name, MoveAsync, cancellationToken);

    private async Task<Result<ModelSummary>> TakeAsync(string folder, string? name, Func<string, string, Task> bring, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            return Refuse(folder, "There is no such folder on the studio's machine. Give the path of a folder with config.json, *.safetensors and tokenizer.json.");
        }

        name = (name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))).Trim();
        if (name.Length is 0 or > MaxNameLength)
        {
            return Refuse("--name", $"Use a name of 1 to {MaxNameLength} characters.");
        }

        if (await FindAsync(name, cancellationToken) is not null)
        {
            return Refuse("--name", $"A model called '{name}' is in the library already. Choose another name.");
        }

        ModelDescription description;
        try
        {
            // A library is for training and answering: the tokenizer and the template must be ones that are built, too.
            description = ModelFolder.Inspect(folder);
            _ = Renderer.Load(folder);
        }
        catch (UserErrorException exception)
        {
            return new Result<ModelSummary>.Refused(exception.Errors);
        }

        var id = Guid.CreateVersion7();
        try
        {
            // The folder's own name travels into adapters as the base model's name, so it keeps the person's words as far as paths allow.
            var copy = Path.Combine(_paths.Model(id), FileNames.Safe(name));
            await bring(folder, copy);
            return new Result<ModelSummary>.Success(Summarize(await AddAsync(id, name, copy, description, embedded: false, cancellationToken)));
        }
        catch (Exception exception)
        {
            if (Directory.Exists(_paths.Model(id)))
            {
                Directory.Delete(_paths.Model(id), recursive: true);
            }

            if (FullDisk.Caused(exception))
            {
                return new Result<ModelSummary>.Refused([FullDisk.Describe(folder, "the copy of the model", BytesOf(folder), _paths.Models)]);
            }

            if (exception is IOException)
            {
                return Refuse(folder, $"The folder could not be copied into {_paths.Models}: {exception.Message} Check the folder and your rights to it.");
            }

            throw;
        }
    }

    /// <summary>Puts the embedded model into the library, or notes that it changed with a newer studio.</summary>
    internal async Task RegisterEmbeddedAsync(CancellationToken cancellationToken)
    {
        var folder = StudioPaths.EmbeddedModel;
        if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            return;
        }

        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        if (await database.Models.SingleOrDefaultAsync(model => model.Embedded, cancellationToken) is not { } row)
        {
            await AddAsync(Guid.CreateVersion7(), EmbeddedName, folder, ModelFolder.Inspect(folder), embedded: true, cancellationToken);
            return;
        }

        var sha256 = await HashAsync(folder, cancellationToken);
        if (row.Sha256 != sha256 || row.Folder != folder)
        {
            var description = ModelFolder.Inspect(folder);
            (row.Folder, row.Sha256, row.Bytes) = (folder, sha256, description.Bytes);
            (row.Architecture, row.Parameters, row.ContextLength) = (description.Family, description.Parameters, description.ContextLength);
            await database.SaveChangesAsync(cancellationToken);
        }
    }

    private static Result<ModelSummary> Refuse(string field, string message) => new Result<ModelSummary>.Refused([new UserError(field, message)]);

    private static ModelSummary Summarize(ModelEntity row) => new(
        row.Id, row.Name, row.Architecture, row.Parameters, row.Bytes, row.ContextLength, row.Sha256, row.Folder, row.Embedded, row.CreatedAt);

    // What is copied of a folder: other folders below it belong to no model.
    private static IEnumerable<string> FilesOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Select(file => file.Name).Concat(AdditionalTemplates.Of(folder));

    private static long BytesOf(string folder) => FilesOf(folder).Sum(name => new FileInfo(Path.Combine(folder, name)).Length);

    private static Task<string> HashAsync(string folder, CancellationToken cancellationToken)
        => Task.Run(() => ModelHash.Compute(folder, progress: null, cancellationToken), cancellationToken);

    private static Task MoveAsync(string source, string target)
    {
        DurableFile.CreateFolder(Path.GetDirectoryName(target)!);
        DurableFile.MoveFolder(source, target);
        return Task.CompletedTask;
    }

    private static async Task CopyAsync(string source, string target, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var (copied, total) = (0L, BytesOf(source));
        var buffer = new byte[1 << 20];

        // Links are followed: a Hugging Face cache folder is made of them.
        foreach (var name in FilesOf(source))
        {
            var copy = Path.Combine(target, name);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            await using var from = File.OpenRead(Path.Combine(source, name));
            await using var to = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                progress?.Invoke(copied += count, total);
            }

            to.Flush(flushToDisk: true);
        }
    }

    private async Task<ModelEntity> AddAsync(Guid id, string name, string folder, ModelDescription description, bool embedded, CancellationToken cancellationToken)
    {
        var row = new ModelEntity
        {
            Id = id,
            Name = name,
            Folder = folder,
            Architecture = description.Family,
            Parameters = description.Parameters,
            ContextLength = description.ContextLength,
            Bytes = description.Bytes,
            Sha256 = await HashAsync(folder, cancellationToken),
            Embedded = embedded,
            CreatedAt = _time.GetUtcNow(),
        };
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        database.Models.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        return row;
    }
}
