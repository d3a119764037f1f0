using System.Security.Cryptography;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Takes in adapters that were made elsewhere: a folder in PEFT layout or a zip of it, checked against a model of the library, hashed, copied.</summary>
public sealed class AdapterImporter
{
    private const int MaxNameLength = 200;
    private const int MaxOriginLength = 1000;
    private const int MaxBaseNameLength = 500;
    private const string ModelField = "--model";

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly ModelLibrary _models;
    private readonly StudioPaths _paths;
    private readonly TimeProvider _time;
    private readonly StudioOptions _options;

    internal AdapterImporter(IDbContextFactory<StudioDatabase> databases, ModelLibrary models, StudioPaths paths, TimeProvider time, IOptions<StudioOptions> options)
    {
        (_databases, _models, _paths, _time, _options) = (databases, models, paths, time, options.Value);
    }

    /// <summary>Takes an adapter in.</summary>
    /// <param name="path">A folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, or a zip of one.</param>
    /// <param name="model">Name of the base model in the library; <see langword="null"/> takes the one that the adapter names, or the only one that it fits.</param>
    /// <param name="name">How it will be called; <see langword="null"/> takes the folder's or the zip's name.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public Task<Result<AdapterSummary>> ImportAsync(string path, string? model, string? name, CancellationToken cancellationToken)
        => ImportAsync(path, path, model, name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))), cancellationToken);

    /// <summary>Takes in a zip as it comes from elsewhere.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="fileName">What the file is called where it comes from.</param>
    /// <param name="model">As for a folder.</param>
    /// <param name="name">How it will be called; <see langword="null"/> takes the file's name.</param>
    /// <param name="cancellationToken">Leaves nothing behind.</param>
    public async Task<Result<AdapterSummary>> ReceiveAsync(Stream content, string fileName, string? model, string? name, CancellationToken cancellationToken)
    {
        fileName = FileNames.Received(fileName);
        var partial = Path.Combine(_paths.Uploads, $"{Guid.NewGuid():N}{AdapterZip.Ending}");
        try
        {
            var (_, bytes) = await ReceivedFile.WriteAsync(content, partial, _options.MaxUploadBytes, cancellationToken);
            if (bytes > _options.MaxUploadBytes)
            {
                return Refuse(fileName, $"The file is larger than the limit of {_options.MaxUploadBytes:N0} bytes. Raise Studio:MaxUploadBytes in appsettings.json, or import its folder by path.");
            }

            return await ImportAsync(partial, fileName, model, name ?? fileName, cancellationToken);
        }
        catch (IOException exception) when (FullDisk.Caused(exception))
        {
            return new Result<AdapterSummary>.Refused([FullDisk.Describe(fileName, "the adapter", bytes: null, _paths.Root)]);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private async Task<Result<AdapterSummary>> ImportAsync(string path, string origin, string? model, string name, CancellationToken cancellationToken)
    {
        name = (name.EndsWith(AdapterZip.Ending, StringComparison.OrdinalIgnoreCase) ? name[..^AdapterZip.Ending.Length] : name).Trim();
        if (name.Length is 0 or > MaxNameLength)
        {
            return Refuse("--name", $"Use a name of 1 to {MaxNameLength} characters.");
        }

        var unpacked = Path.Combine(_paths.Temporary, Guid.NewGuid().ToString("N"));
        var id = Guid.CreateVersion7();
        var isTaken = false;
        try
        {
            var folder = Directory.Exists(path) ? path : AdapterZip.Unpack(path, origin, unpacked, cancellationToken);
            var fit = await FindModelAsync(folder, model, cancellationToken);
            AdapterArchive.Copy(folder, _paths.Adapter(id));
            var summary = await AddAsync(id, name, fit, origin, AdapterFolder.BaseModelName(folder), cancellationToken);
            isTaken = true;
            return new Result<AdapterSummary>.Success(summary);
        }
        catch (UserErrorException exception)
        {
            // The file's own name says more to a person than the place where it was unpacked.
            return new Result<AdapterSummary>.Refused([.. exception.Errors.Select(error => error with { Field = error.Field.Replace(unpacked, origin, StringComparison.Ordinal) })]);
        }
        catch (Exception exception) when (FullDisk.Caused(exception))
        {
            return new Result<AdapterSummary>.Refused([FullDisk.Describe(origin, "the copy of the adapter", bytes: null, _paths.Root)]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(origin, $"It could not be copied: {exception.Message} Check the file and your rights to it.");
        }
        finally
        {
            DeleteFolder(unpacked);
            if (!isTaken)
            {
                DeleteFolder(_paths.Adapter(id));
            }
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The one that is named; else the one that the adapter names, else the only one that it fits.
    private async Task<ModelSummary> FindModelAsync(string folder, string? name, CancellationToken cancellationToken)
    {
        if (name is not null)
        {
            var named = await _models.FindAsync(name, cancellationToken)
                ?? throw new UserErrorException(ModelField, $"No model in the library is called '{name}'; './studio model list' shows what there is.");
            AdapterFolder.Inspect(folder, named.Folder);
            return named;
        }

        var hint = AdapterFolder.BaseModelName(folder);
        var models = await _models.ListAsync(cancellationToken);
        if (models.FirstOrDefault(model => IsMeant(model.Name, hint)) is { } meant)
        {
            AdapterFolder.Inspect(folder, meant.Folder);
            return meant;
        }

        var says = hint.Length > 0 ? $"The adapter names '{hint}' as its base model, which is no name in the library" : "The adapter does not name its base model";
        var fitting = await Task.Run(() => models.Where(model => Fits(folder, model.Folder)).ToList(), cancellationToken);
        return fitting.Count switch
        {
            1 => fitting[0],
            0 => throw new UserErrorException(ModelField, $"{says}, and it fits none of the models there. Import its base model first ('./studio model import'); with --model MODEL all that does not fit is listed."),
            _ => throw new UserErrorException(ModelField, $"{says}, and it fits {string.Join(", ", fitting.Select(model => model.Name))}. Say which one with --model MODEL."),
        };
    }

    // Qwen/Qwen3-0.6B, /models/Qwen3-0.6B and qwen3-0.6b all mean the library's Qwen3-0.6B.
    private static bool IsMeant(string model, string hint)
        => hint.Length > 0 && (string.Equals(model, hint, StringComparison.OrdinalIgnoreCase)
            || string.Equals(model, hint.TrimEnd('/')[(hint.TrimEnd('/').LastIndexOf('/') + 1)..], StringComparison.OrdinalIgnoreCase));

    private static bool Fits(string folder, string modelFolder)
    {
        try
        {
            AdapterFolder.Inspect(folder, modelFolder);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private static Result<AdapterSummary> Refuse(string field, string message) => new Result<AdapterSummary>.Refused([new UserError(field, message)]);

    private static string Shortened(string text, int length) => text.Length > length ? text[..length] : text;

    private async Task<AdapterSummary> AddAsync(Guid id, string name, ModelSummary model, string origin, string baseModelName, CancellationToken cancellationToken)
    {
        var folder = _paths.Adapter(id);
        await using var stream = File.OpenRead(Path.Combine(folder, AdapterFiles.Weights));
        var row = new ImportedAdapterEntity
        {
            Id = id,
            Name = name,
            Model = model.Name,
            Origin = Shortened(origin, MaxOriginLength),
            BaseModelName = Shortened(baseModelName, MaxBaseNameLength),
            Bytes = AdapterArchive.BytesOf(folder),
            Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)),
            CreatedAt = _time.GetUtcNow(),
        };
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        database.ImportedAdapters.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        return AdapterLibrary.Summarize(row);
    }
}
