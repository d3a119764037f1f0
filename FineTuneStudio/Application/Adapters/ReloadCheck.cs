using System.Security.Cryptography;
using System.Text.Json;
using FineTuneStudio.Application.Graders;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Engine.Training.Evaluation;

namespace FineTuneStudio.Application.Adapters;

/// <summary>Loads an adapter from disk with the studio's own loader, scores it on the run's held-out rows, by loss or by reward, and keeps the result beside the run.</summary>
public sealed class ReloadCheck
{
    private const string FileName = "adapter-check.json";

    private readonly AdapterLibrary _adapters;
    private readonly RunInputs _inputs;
    private readonly StudioPaths _paths;
    private readonly SettingsStore _settings;
    private readonly IConfiguration _configuration;
    private readonly TimeProvider _time;

    internal ReloadCheck(AdapterLibrary adapters, RunInputs inputs, StudioPaths paths, SettingsStore settings, IConfiguration configuration, TimeProvider time)
    {
        (_adapters, _inputs, _paths, _settings, _configuration, _time) = (adapters, inputs, paths, settings, configuration, time);
    }

    private int Threads => _settings.Current.Threads ?? Environment.ProcessorCount;

    /// <summary>The last check, where there was one.</summary>
    public async Task<ReloadCertificate?> FindAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        var path = adapter.RunId is { } run ? PathOf(run) : null;
        return File.Exists(path) ? JsonSerializer.Deserialize<ReloadCertificate>(await File.ReadAllTextAsync(path, cancellationToken), RunSpecification.JsonOptions) : null;
    }

    /// <summary>Checks now; takes as long as one evaluation, and asks a judge as often, where one grades.</summary>
    public async Task<Result<ReloadCertificate>> CheckAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        if (adapter is { HeldOutLoss: null, HeldOutReward: null } || adapter.RunId is not { } run)
        {
            return new Result<ReloadCertificate>.Refused([new("", "No run measured anything of it on held-out rows, so there is nothing to compare with.")]);
        }

        try
        {
            var hash = await HashAsync(adapter, cancellationToken);
            var certificate = await Task.Factory.StartNew(
                () => adapter.HeldOutLoss is { } loss ? CompareLoss(adapter, run, loss, hash, cancellationToken) : CompareReward(adapter, run, hash, cancellationToken),
                cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            DurableFile.WriteAllText(PathOf(run), JsonSerializer.Serialize(certificate, RunSpecification.JsonOptions));
            return new Result<ReloadCertificate>.Success(certificate);
        }
        catch (UserErrorException exception)
        {
            return new Result<ReloadCertificate>.Refused(exception.Errors);
        }
    }

    private ReloadCertificate CompareLoss(AdapterSummary adapter, Guid run, double trained, string hash, CancellationToken cancellationToken)
    {
        var (loss, rows) = AdapterReload.HeldOutLoss(_inputs.Resolve(run), _adapters.FolderOf(adapter), Threads, cancellationToken);
        return new ReloadCertificate(rows, hash, _time.GetUtcNow()) { TrainedLoss = trained, ReloadedLoss = loss };
    }

    private ReloadCertificate CompareReward(AdapterSummary adapter, Guid run, string hash, CancellationToken cancellationToken)
    {
        using var judge = StudioJudge.Create(_configuration);
        var (reward, answers) = AdapterReload.HeldOutReward(_inputs.Resolve(run), _adapters.FolderOf(adapter), judge, Threads, cancellationToken);
        var told = RunEvents.Read(_paths.Run(run)).OfType<TrainingEvent.Sampled>().GroupBy(sample => sample.Step).MaxBy(group => group.Key)?.ToList() ?? [];
        return new ReloadCertificate(answers.Count, hash, _time.GetUtcNow())
        {
            TrainedReward = adapter.HeldOutReward,
            ReloadedReward = reward,
            Compared = told.Count,
            Same = told.Count(sample => sample.Row < answers.Count && answers[sample.Row] == sample.Answer),
        };
    }

    private string PathOf(Guid run) => Path.Combine(_paths.Run(run), FileName);

    private async Task<string> HashAsync(AdapterSummary adapter, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(Path.Combine(_adapters.FolderOf(adapter), "adapter_model.safetensors"));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
