using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Runs;

/// <summary>What a person can do with runs.</summary>
public sealed class RunService
{
    private const int MaxNameLength = 200;
    private const int MaxTagsLength = 500;
    private const int MaxNotesLength = 20_000;

    /// <summary>Figures on a page change at most once a second: faster ones cannot be read.</summary>
    private static readonly TimeSpan PagePace = TimeSpan.FromSeconds(1);

    /// <summary>Charts get five messages a second at most, on average.</summary>
    private static readonly TimeSpan ChartPace = TimeSpan.FromMilliseconds(200);

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly ActiveRuns _active;
    private readonly RunFeeds _feeds;
    private readonly RunInputs _inputs;
    private readonly StudioPaths _paths;
    private readonly TimeProvider _time;
    private readonly RunChanges _changes;

    internal RunService(
        IDbContextFactory<StudioDatabase> databases, ActiveRuns active, RunFeeds feeds, RunInputs inputs, StudioPaths paths, TimeProvider time, RunChanges changes)
    {
        (_databases, _active, _feeds, _inputs, _paths, _time, _changes) = (databases, active, feeds, inputs, paths, time, changes);
    }

    /// <summary>Every run, newest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var rows = await database.Runs.AsNoTracking().OrderByDescending(run => run.CreatedAt).ToListAsync(cancellationToken);
        var adapters = await database.Adapters.AsNoTracking().ToDictionaryAsync(adapter => adapter.RunId, adapter => adapter.Id, cancellationToken);
        return [.. rows.Select(row => Summarize(row, adapters.TryGetValue(row.Id, out var adapter) ? adapter : null))];
    }

    /// <summary>One run, or <see langword="null"/>.</summary>
    public async Task<RunDetail?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == id, cancellationToken);
        if (row is null)
        {
            return null;
        }

        var adapter = await database.Adapters.AsNoTracking().SingleOrDefaultAsync(adapter => adapter.RunId == id, cancellationToken);
        var hasDataset = await database.Datasets.AnyAsync(dataset => dataset.Id == row.DatasetId, cancellationToken);
        return new RunDetail(Summarize(row, adapter?.Id), RunSpecification.Parse(row.Specification, "the run's specification")) { DatasetId = hasDataset ? row.DatasetId : null };
    }

    /// <summary>Queues a run; it starts as soon as the engine is free.</summary>
    public async Task<Result<RunSummary>> StartAsync(RunSpecification specification, CancellationToken cancellationToken)
    {
        var (errors, model, dataset) = await _inputs.CheckAsync(specification, cancellationToken);
        if (errors.Count > 0)
        {
            return new Result<RunSummary>.Refused(errors);
        }

        var name = string.IsNullOrWhiteSpace(specification.Name) ? $"{Path.GetFileNameWithoutExtension(dataset!.Name)} on {model!.Name}" : specification.Name.Trim();
        name = name.Length > MaxNameLength ? name[..MaxNameLength] : name;
        var row = new RunEntity
        {
            Id = Guid.CreateVersion7(),
            Name = name,
            State = RunState.Queued,
            Specification = (specification with { Name = name }).ToJson(),
            ModelId = model!.Id,
            DatasetId = dataset!.Id,
            QueueOrder = RunQueue.Last(_time.GetUtcNow()),
            CreatedAt = _time.GetUtcNow(),
        };
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        database.Runs.Add(row);
        try
        {
            if (_inputs.InitialAdapterFolder(specification) is { } initial)
            {
                CopyFolder(initial, _paths.InitialAdapter(row.Id));
            }

            await database.SaveChangesAsync(cancellationToken);
        }
        catch (Exception exception) when (FullDisk.Caused(exception))
        {
            return new Result<RunSummary>.Refused([FullDisk.Describe("", "the new run", bytes: null, _paths.Root)]);
        }

        _active.Ring();
        _changes.Ring();
        return new Result<RunSummary>.Success(Summarize(row, adapter: null));
    }

    /// <summary>The run's state and all that happens to it; <see langword="null"/> where there is no such run.</summary>
    public async Task<RunSubscription?> FollowAsync(Guid id, CancellationToken cancellationToken)
        => (await OpenAsync(id, cancellationToken))?.Subscribe(PagePace, cancellationToken);

    /// <summary>Points for a chart: those after <paramref name="lastStep"/>, then what comes; empty where there is no such run.</summary>
    public async IAsyncEnumerable<RunDelta> FollowPointsAsync(Guid id, int lastStep, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await OpenAsync(id, cancellationToken) is { } feed)
        {
            await foreach (var delta in feed.FollowPointsAsync(lastStep, ChartPace, cancellationToken))
            {
                yield return delta;
            }
        }
    }

    /// <summary>Points of a stretch of steps, finer than those of the whole curve; <see langword="null"/> where there is no such run.</summary>
    public async Task<PackedPoints?> PointsAsync(Guid id, int from, int to, CancellationToken cancellationToken)
        => (await OpenAsync(id, cancellationToken))?.Window(from, to);

    /// <summary>Every step's figures as CSV, read from the run's folder.</summary>
    public void WriteCsv(Guid id, string? series, TextWriter writer) => RunCsv.Write(RunEvents.Read(_paths.Run(id)), series, writer);

    /// <summary>Steps whose checkpoint still lies on disk: the newest ones, and the best.</summary>
    public IReadOnlySet<int> CheckpointsOnDisk(Guid id)
    {
        var folder = new DirectoryInfo(Path.Combine(_paths.Run(id), RunFolder.Checkpoints));
        return folder.Exists
            ? folder.EnumerateDirectories("step-*").Select(step => int.TryParse(step.Name["step-".Length..], out var number) ? number : -1).Where(step => step >= 0).ToHashSet()
            : [];
    }

    /// <summary>Changes what a person calls a run, how it is found, and what is remembered about it.</summary>
    public async Task<Result<RunSummary>> DescribeAsync(Guid id, string name, string tags, string notes, CancellationToken cancellationToken)
    {
        List<UserError> errors = [];
        var joined = string.Join(", ", TagsOf(tags));
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength)
        {
            errors.Add(new("name", $"Give the run a name of at most {MaxNameLength} characters."));
        }

        if (joined.Length > MaxTagsLength)
        {
            errors.Add(new("tags", $"All tags together are at most {MaxTagsLength} characters; these are {joined.Length}."));
        }

        if (notes.Length > MaxNotesLength)
        {
            errors.Add(new("notes", $"Notes are at most {MaxNotesLength} characters; these are {notes.Length}."));
        }

        if (errors.Count > 0)
        {
            return new Result<RunSummary>.Refused(errors);
        }

        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Runs.SingleAsync(row => row.Id == id, cancellationToken);
        (row.Name, row.Tags, row.Notes) = (name.Trim(), joined, notes);
        await database.SaveChangesAsync(cancellationToken);
        _changes.Ring();
        return new Result<RunSummary>.Success(Summarize(row, adapter: null));
    }

    /// <summary>How to do the same without the browser.</summary>
    public RunRecipe Recipe(RunDetail run, Uri address)
    {
        try
        {
            return RunRecipe.Of(run.Specification, _inputs.Resolve(run.Summary.Id), address);
        }
        catch (UserErrorException)
        {
            return RunRecipe.Of(run.Specification, resolved: null, address);
        }
    }

    /// <summary>Some runs side by side, in the order asked for; those that do not exist are left out.</summary>
    public async Task<RunComparison> CompareAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var runs = new List<RunDetail>();
        var samples = new Dictionary<Guid, IReadOnlyList<TrainingEvent.Sampled>>();
        foreach (var id in ids.Distinct().Take(RunComparison.Most))
        {
            if (await FindAsync(id, cancellationToken) is { } run)
            {
                runs.Add(run);
                samples[id] = (await OpenAsync(id, cancellationToken))?.Progress.Samples ?? [];
            }
        }

        return RunComparison.Of(runs, id => samples[id]);
    }

    /// <summary>Asks a run to save its state and stand still. Safe to ask twice.</summary>
    public void Pause(Guid id)
    {
        if (_active.Find(id) is { } run && run.Feed.Progress.State == RunState.Running)
        {
            run.Control.Pause();
            run.Feed.Update(progress => progress.State == RunState.Running ? progress with { Pausing = true } : progress);
        }
    }

    /// <summary>Lets a paused run go on.</summary>
    public void Resume(Guid id)
    {
        if (_active.Find(id) is { } run)
        {
            run.Control.Resume();
            run.Feed.Update(progress => progress with { Pausing = false });
        }
    }

    /// <summary>Asks a run to finish its step and keep what was learnt.</summary>
    public void StopAndKeep(Guid id)
    {
        if (_active.Find(id) is { } run)
        {
            run.Control.Stop();
            run.Feed.Update(progress => progress.State.IsActive() ? progress with { Stopping = true } : progress);
        }
    }

    /// <summary>Gives a run up, also one that still waits.</summary>
    public async Task CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_active.Find(id) is { } run)
        {
            run.Feed.Update(progress => progress.State.IsActive() ? progress with { Stopping = true } : progress);
            run.GiveUp();
            return;
        }

        // In one statement, so that a worker that claims the run at this moment is not overruled.
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var now = _time.GetUtcNow();
        var cancelled = await database.Runs.Where(row => row.Id == id && row.State == RunState.Queued).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.State, RunState.Cancelled).SetProperty(row => row.EndedAt, now), cancellationToken);
        if (cancelled > 0)
        {
            (await OpenAsync(id, cancellationToken))?.Update(progress => progress with { State = RunState.Cancelled });
            _changes.Ring();
        }
    }

    /// <summary>Puts a run that failed or was cancelled back into the queue; it goes on from its newest checkpoint.</summary>
    public async Task GoOnAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var last = RunQueue.Last(_time.GetUtcNow());
        var queued = await database.Runs.Where(row => row.Id == id && (row.State == RunState.Failed || row.State == RunState.Cancelled)).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.State, RunState.Queued).SetProperty(row => row.QueueOrder, last).SetProperty(row => row.Message, "").SetProperty(row => row.EndedAt, (DateTimeOffset?)null),
            cancellationToken);
        if (queued > 0)
        {
            (await OpenAsync(id, cancellationToken))?.Update(progress => progress with { State = RunState.Queued, Message = "", End = null });
            _active.Ring();
            _changes.Ring();
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static IReadOnlyList<string> TagsOf(string? text)
        => text is null ? [] : [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static RunSummary Summarize(RunEntity row, Guid? adapter)
    {
        var specification = RunSpecification.Parse(row.Specification, "the run's specification");
        return new RunSummary
        {
            Id = row.Id,
            Name = row.Name,
            State = row.State,
            Model = specification.Model,
            Dataset = specification.Dataset.Path,
            Step = row.Step,
            TotalSteps = row.TotalSteps,
            Loss = row.Loss,
            HeldOutLoss = row.HeldOutLoss,
            IsReinforcement = specification.Method == TrainingMethod.Rft,
            Reward = row.Reward,
            HeldOutReward = row.HeldOutReward,
            Message = row.Message,
            Tags = TagsOf(row.Tags),
            Notes = row.Notes ?? "",
            Sketch = row.Sketch is null ? [] : MemoryMarshal.Cast<byte, float>(row.Sketch).ToArray(),
            QueueOrder = row.QueueOrder ?? 0,
            CreatedAt = row.CreatedAt,
            StartedAt = row.StartedAt,
            EndedAt = row.EndedAt,
            AdapterId = adapter,
        };
    }

    private async Task<RunFeed?> OpenAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_active.Find(id) is { } run)
        {
            return run.Feed;
        }

        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var row = await database.Runs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (row is null)
        {
            return null;
        }

        var adapter = await database.Adapters.AsNoTracking().SingleOrDefaultAsync(adapter => adapter.RunId == id, cancellationToken);
        return _feeds.Open(id, progress => progress with { State = row.State, Message = row.Message, AdapterId = adapter?.Id });
    }
}
