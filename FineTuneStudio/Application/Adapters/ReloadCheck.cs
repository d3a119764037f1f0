using System.Security.Cryptography;
using System.Text.Json;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Training.Evaluation;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Loads an adapter from disk with the studio's own loader, scores it on the run's held-out rows, and keeps the result beside the run.</summary>
public sealed class ReloadCheck
{
    private const string FileName = "adapter-check.json";

    private readonly AdapterLibrary _adapters;
    private readonly RunInputs _inputs;
    private readonly StudioPaths _paths;
    private readonly SettingsStore _settings;
    private readonly TimeProvider _time;

    internal ReloadCheck(AdapterLibrary adapters, RunInputs inputs, StudioPaths paths, SettingsStore settings, TimeProvider time)
    {
        (_adapters, _inputs, _paths, _settings, _time) = (adapters, inputs, paths, settings, time);
    }

    /// <summary>The last check, where there was one.</summary>
    public async Task<ReloadCertificate?> FindAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        var path = adapter.RunId is { } run ? PathOf(run) : null;
        return File.Exists(path) ? JsonSerializer.Deserialize<ReloadCertificate>(await File.ReadAllTextAsync(path, cancellationToken), RunSpecification.JsonOptions) : null;
    }

    /// <summary>Checks now; takes as long as one evaluation.</summary>
    public async Task<Result<ReloadCertificate>> CheckAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        if (adapter is not { HeldOutLoss: { } trained, RunId: { } run })
        {
            return new Result<ReloadCertificate>.Refused([new("", "No run measured a held-out loss of it, so there is nothing to compare with.")]);
        }

        try
        {
            var (loss, rows) = await Task.Factory.StartNew(
                () => AdapterReload.HeldOutLoss(
                    _inputs.Resolve(run), _adapters.FolderOf(adapter), _settings.Current.Threads ?? Environment.ProcessorCount, cancellationToken),
                cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var certificate = new ReloadCertificate(trained, loss, rows, await HashAsync(adapter, cancellationToken), _time.GetUtcNow());
            DurableFile.WriteAllText(PathOf(run), JsonSerializer.Serialize(certificate, RunSpecification.JsonOptions));
            return new Result<ReloadCertificate>.Success(certificate);
        }
        catch (UserErrorException exception)
        {
            return new Result<ReloadCertificate>.Refused(exception.Errors);
        }
    }

    private string PathOf(Guid run) => Path.Combine(_paths.Run(run), FileName);

    private async Task<string> HashAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(Path.Combine(_adapters.FolderOf(adapter), "adapter_model.safetensors"));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
