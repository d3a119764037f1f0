using System.Collections.Concurrent;
using System.Text.Json;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Exports;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Makes adapters ready for other software, one at a time in the background, and keeps what was made with its certificate.</summary>
public sealed class AdapterExports : IDisposable
{
    private readonly AdapterLibrary _adapters;
    private readonly ModelLibrary _models;
    private readonly StudioPaths _paths;
    private readonly ConcurrentDictionary<(Guid Adapter, string Kind), Job> _jobs = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closed = new();

    internal AdapterExports(AdapterLibrary adapters, ModelLibrary models, StudioPaths paths)
    {
        (_adapters, _models, _paths) = (adapters, models, paths);
    }

    /// <summary>Told, on any thread, that an adapter's exports have changed.</summary>
    public event Action<Guid>? Changed;

    /// <summary>Every form of an adapter, made or not.</summary>
    public IReadOnlyList<AdapterExport> List(Guid adapter) => [.. ExportKind.All.Select(kind => Find(adapter, kind))];

    /// <summary>The same with how large each becomes.</summary>
    public async Task<IReadOnlyList<AdapterExport>> ListWithSizesAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        var sizes = await SizesAsync(adapter, cancellationToken);
        return [.. List(adapter.Id).Select(export => export with { Expected = sizes.GetValueOrDefault(export.Kind.Key) })];
    }

    /// <summary>How large each form becomes, by its key; a form that cannot hold the adapter is absent, and all where its base is gone or does not fit.</summary>
    public Task<IReadOnlyDictionary<string, ExportSize>> SizesAsync(AdapterSummary adapter, CancellationToken cancellationToken)
        => SizesAsync(adapter, ExportKind.All, cancellationToken);

    /// <summary>One form of an adapter, made or not.</summary>
    public AdapterExport Find(Guid adapter, ExportKind kind)
    {
        _jobs.TryGetValue((adapter, kind.Key), out var job);
        var path = Path.Combine(FolderOf(adapter, kind), "certificate.json");
        var certificate = File.Exists(path) ? JsonSerializer.Deserialize<ExportCertificate>(File.ReadAllText(path), RunSpecification.JsonOptions) : null;
        return new AdapterExport(kind, certificate is null ? job?.Progress : null, certificate, job?.Errors ?? []);
    }

    /// <summary>Begins to make a form, unless it is made or being made.</summary>
    public void Start(AdapterSummary adapter, ExportKind kind)
    {
        if (Find(adapter.Id, kind) is { Progress: null, Certificate: null })
        {
            var job = _jobs[(adapter.Id, kind.Key)] = new Job(CancellationTokenSource.CreateLinkedTokenSource(_closed.Token));
            _ = RunAsync(adapter, kind, job);
        }
    }

    /// <summary>Gives up making a form.</summary>
    public void Cancel(Guid adapter, ExportKind kind)
    {
        if (_jobs.TryGetValue((adapter, kind.Key), out var job))
        {
            job.Cancellation.Cancel();
        }
    }

    /// <summary>Deletes what was made, to free its room; it can be made again.</summary>
    public void Delete(Guid adapter, ExportKind kind)
    {
        var folder = FolderOf(adapter, kind);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Changed?.Invoke(adapter);
    }

    /// <summary>What was made, to be sent; <see langword="null"/> where nothing was.</summary>
    public ExportDownload? Open(Guid adapter, ExportKind kind) => Find(adapter, kind).Certificate is null ? null : new ExportDownload(FolderOf(adapter, kind));

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _turn.Dispose();
    }

    private async Task RunAsync(AdapterSummary adapter, ExportKind kind, Job job)
    {
        try
        {
            await _turn.WaitAsync(job.Cancellation.Token);
            try
            {
                await ExportAsync(adapter, kind, job);
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (UserErrorException exception)
        {
            job.Errors = exception.Errors;
        }
        catch (OperationCanceledException)
        {
            // The person gave it up, or the studio ends.
        }
        catch (IOException exception) when (FullDisk.Caused(exception))
        {
            job.Errors = [FullDisk.Describe(adapter.Name, "the export", await FindSizeAsync(adapter, kind), _paths.Exports)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or TensorException)
        {
            job.Errors = [new UserError(adapter.Name, $"The export could not be written: {exception.Message}")];
        }
        finally
        {
            job.Progress = null;
            Changed?.Invoke(adapter.Id);
        }
    }

    private async Task<long?> FindSizeAsync(AdapterSummary adapter, ExportKind kind)
    {
        try
        {
            return (await SizesAsync(adapter, [kind], CancellationToken.None)).GetValueOrDefault(kind.Key)?.Bytes;
        }
#pragma warning disable CA1031 // A full disk is told of without the size too.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private async Task<IReadOnlyDictionary<string, ExportSize>> SizesAsync(AdapterSummary adapter, IReadOnlyList<ExportKind> kinds, CancellationToken cancellationToken)
    {
        if (await _models.FindAsync(adapter.Model, cancellationToken) is not { } model)
        {
            return new Dictionary<string, ExportSize>();
        }

        return await Task.Run(() => Sizes(_adapters.FolderOf(adapter), model.Folder, kinds), cancellationToken);
    }

    private async Task ExportAsync(AdapterSummary adapter, ExportKind kind, Job job)
    {
        var model = await _models.FindAsync(adapter.Model, job.Cancellation.Token)
            ?? throw new UserErrorException("model", $"The base model '{adapter.Model}' is no longer in the library. Import it again to export the adapter.");
        var request = new ExportRequest
        {
            AdapterFolder = _adapters.FolderOf(adapter),
            ModelFolder = model.Folder,
            Format = kind.Format,
            WeightType = kind.WeightType,
            Target = FolderOf(adapter.Id, kind),
            FileName = $"{FileNames.Safe(adapter.Name)}-{kind.Key}",
            BaseModel = model.Name,
            TrainedQuantization = adapter.Quantization,
        };
        await Task.Factory.StartNew(
            () => AdapterExporter.Export(request, progress => Tell(adapter.Id, job, progress), job.Cancellation.Token),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Tell(Guid adapter, Job job, ExportProgress progress)
    {
        // A large model tells thousands of times; a page wants per cents.
        var isNews = progress.Stage != job.Progress?.Stage || progress.Fraction - job.Progress.Fraction >= 0.01;
        if (isNews)
        {
            job.Progress = progress;
            Changed?.Invoke(adapter);
        }
    }

    private static Dictionary<string, ExportSize> Sizes(string adapterFolder, string modelFolder, IReadOnlyList<ExportKind> kinds)
    {
        try
        {
            using var sizes = new ExportSizes(adapterFolder, modelFolder);
            return kinds.Select(kind => (kind.Key, Size: sizes.Find(kind.Format, kind.WeightType))).Where(pair => pair.Size is not null).ToDictionary(pair => pair.Key, pair => pair.Size!);
        }
        catch (Exception exception) when (exception is UserErrorException or IOException or UnauthorizedAccessException or TensorException)
        {
            // The page says what is wrong with the adapter, and shows all else without sizes.
            return [];
        }
    }

    private string FolderOf(Guid adapter, ExportKind kind) => Path.Combine(_paths.Exports, adapter.ToString("N"), kind.Key);

    private sealed class Job(CancellationTokenSource cancellation)
    {
        public CancellationTokenSource Cancellation { get; } = cancellation;

        public ExportProgress? Progress { get; set; } = new("Waiting", 0);

        public IReadOnlyList<UserError> Errors { get; set; } = [];
    }
}
