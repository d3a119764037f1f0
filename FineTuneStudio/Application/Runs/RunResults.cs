using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Runs;

/// <summary>Writes down where a run stands and what it left.</summary>
internal sealed class RunResults(IDbContextFactory<StudioDatabase> databases, StudioPaths paths, TimeProvider time, RunEndings endings, RunChanges changes)
{
    /// <summary>Where the run stands now, for lists and for the next start.</summary>
    public async Task NoteAsync(ActiveRun run, CancellationToken cancellationToken)
    {
        var progress = run.Feed.Progress;
        var sketch = MemoryMarshal.AsBytes<float>(run.Feed.Sketch()).ToArray();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Runs.Where(row => row.Id == run.Id).ExecuteUpdateAsync(
            set => set
                .SetProperty(row => row.Step, progress.Step)
                .SetProperty(row => row.TotalSteps, progress.TotalSteps)
                .SetProperty(row => row.Loss, progress.Last == null ? null : progress.Last.Loss)
                .SetProperty(row => row.HeldOutLoss, progress.HeldOutLoss)
                .SetProperty(row => row.Reward, progress.Reward)
                .SetProperty(row => row.HeldOutReward, progress.HeldOutReward)
                .SetProperty(row => row.Sketch, sketch),
            cancellationToken);
        changes.Ring();
    }

    /// <summary>The run is over: its end, and the adapter where there is one.</summary>
    public async Task FinishAsync(ActiveRun run, TrainingEvent.Ended end, CancellationToken cancellationToken)
    {
        var state = end.Reason switch
        {
            EndReason.Completed => RunState.Completed,
            EndReason.StoppedAndKept => RunState.Stopped,
            EndReason.Cancelled => RunState.Cancelled,
            EndReason.Failed => RunState.Failed,
            var other => throw new InvalidOperationException($"Unknown end {other}."),
        };
        await NoteAsync(run, cancellationToken);

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Runs.SingleAsync(row => row.Id == run.Id, cancellationToken);
        row.State = state;
        row.Message = end.Message;
        row.EndedAt = time.GetUtcNow();
        row.HeldOutLoss = end.HeldOutLoss ?? row.HeldOutLoss;
        row.HeldOutReward = end.HeldOutReward is { } reward && double.IsFinite(reward) ? reward : row.HeldOutReward;
        var adapter = state is RunState.Completed or RunState.Stopped ? await DescribeAdapterAsync(row, cancellationToken) : null;
        if (adapter is not null)
        {
            database.Adapters.Add(adapter);
        }

        await database.SaveChangesAsync(cancellationToken);
        run.Feed.Update(progress => progress with
        {
            State = state, Pausing = false, Stopping = false, Message = end.Message, End = end, AdapterId = adapter?.Id,
        });
        endings.Tell(new RunEnding(run.Id, row.Name, state, end.Message));
        changes.Ring();
    }

    private static string Text(double? figure) => figure?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "none";

    private async Task<AdapterEntity?> DescribeAdapterAsync(RunEntity run, CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(paths.AdapterOfRun(run.Id));
        var weights = Path.Combine(folder.FullName, "adapter_model.safetensors");
        if (!File.Exists(weights))
        {
            return null;
        }

        await WriteCardAsync(run, folder.FullName, cancellationToken);
        await using var stream = File.OpenRead(weights);
        var hash = await SHA256.HashDataAsync(stream, cancellationToken);
        return new AdapterEntity
        {
            Id = Guid.CreateVersion7(),
            RunId = run.Id,
            Name = run.Name,
            Bytes = folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
            Sha256 = Convert.ToHexStringLower(hash),
            HeldOutLoss = run.HeldOutLoss,
            CreatedAt = time.GetUtcNow(),
        };
    }

    /// <summary>Where the adapter comes from, in the words of the library: the engine knows only paths.</summary>
    private async Task WriteCardAsync(RunEntity run, string folder, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var model = await database.Models.AsNoTracking().SingleOrDefaultAsync(model => model.Id == run.ModelId, cancellationToken);
        var dataset = await database.Datasets.AsNoTracking().SingleOrDefaultAsync(dataset => dataset.Id == run.DatasetId, cancellationToken);
        AdapterReadme.Write(folder, new AdapterProvenance
        {
            Name = run.Name,
            BaseModel = model?.Name ?? "deleted since",
            BaseModelSha256 = model?.Sha256 ?? "unknown",
            Dataset = dataset?.Name ?? "deleted since",
            DatasetSha256 = dataset?.Sha256 ?? "unknown",
            SpecificationJson = run.Specification,
            Metrics =
            [
                new("steps", run.Step.ToString(CultureInfo.InvariantCulture)),
                new(run.Reward is null ? "loss of the last step" : "reward of the last step", Text(run.Reward ?? run.Loss)),
                new(run.Reward is null ? "held-out loss" : "held-out reward", Text(run.Reward is null ? run.HeldOutLoss : run.HeldOutReward)),
            ],
            FinishedAt = time.GetUtcNow(),
        });
    }
}
