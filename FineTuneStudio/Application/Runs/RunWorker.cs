using System.Data.Common;
using FineTuneStudio.Application.Settings;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FineTuneStudio.Application.Runs;

/// <summary>Takes runs from the queue, in its order, and gives each a thread of its own. What ran when the process died goes on first.</summary>
internal sealed class RunWorker(
    IDbContextFactory<StudioDatabase> databases, ActiveRuns active, RunFeeds feeds, RunInputs inputs, RunResults results, RunQueue queue, RunChanges changes, ITrainingEngine engine,
    SettingsStore settings, StudioPaths paths, TimeProvider time, IOptions<StudioOptions> options, ILogger<RunWorker> log) : BackgroundService
{
    /// <summary>How long a stopping studio waits for a run to save its state.</summary>
    private static readonly TimeSpan SavingPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan NotingPace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan StoringPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _claiming = new(1);

    public override void Dispose()
    {
        _claiming.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll(Enumerable.Range(0, options.Value.ConcurrentRuns).Select(_ => Task.Run(() => WorkAsync(stoppingToken), stoppingToken)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                if (await TryClaimAsync(stopping) is not { } run)
                {
                    await active.WaitAsync(stopping);
                    continue;
                }

                using (run)
                {
                    await CarryOutAsync(run, stopping);
                    active.Remove(run);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The studio stops; what was running goes on at the next start.
        }
    }

    /// <summary>A database that cannot be written now (its disk is full) must not end the studio; the queue waits.</summary>
    private async Task<ActiveRun?> TryClaimAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await ClaimAsync(stopping);
            }
            catch (Exception exception) when (exception is DbException or DbUpdateException)
            {
                log.LogError(exception, "The next run cannot be begun; is the disk full? Trying again");
                await Task.Delay(StoringPause, time, stopping);
            }
        }
    }

    private async Task<ActiveRun?> ClaimAsync(CancellationToken stopping)
    {
        await _claiming.WaitAsync(stopping);
        try
        {
            await using var database = await databases.CreateDbContextAsync(stopping);
            var running = await database.Runs.Where(run => run.State == RunState.Running).OrderBy(run => run.CreatedAt).ToListAsync(stopping);
            var waiting = queue.IsPaused ? [] : await RunQueue.InOrder(database.Runs.Where(run => run.State == RunState.Queued)).ToListAsync(stopping);
            if (running.Concat(waiting).FirstOrDefault(run => active.Find(run.Id) is null) is not { } next)
            {
                return null;
            }

            next.State = RunState.Running;
            next.StartedAt ??= time.GetUtcNow();
            await database.SaveChangesAsync(stopping);

            var claimed = new ActiveRun(next.Id, feeds.Open(next.Id, progress => progress), settings.Current.Threads ?? Environment.ProcessorCount);
            claimed.Feed.Update(progress => progress with { State = RunState.Running, Activity = null, End = null, Message = "" });
            active.Add(claimed);
            changes.Ring();
            return claimed;
        }
        finally
        {
            _claiming.Release();
        }
    }

    private async Task CarryOutAsync(ActiveRun run, CancellationToken stopping)
    {
        var thread = Task.Factory.StartNew(() => RunEngine(run), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var noting = new PeriodicTimer(NotingPace, time);
        while (!thread.IsCompleted && !stopping.IsCancellationRequested)
        {
            try
            {
                await Task.WhenAny(thread, noting.WaitForNextTickAsync(stopping).AsTask());
                await NoteAsync(run);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
        }

        if (stopping.IsCancellationRequested && !thread.IsCompleted)
        {
            await SuspendAsync(run, thread);
        }

        var end = await thread;
        if (run.Cancelled.IsCancellationRequested && !run.GivenUp)
        {
            await NoteAsync(run);
            return;
        }

        await FinishAsync(run, end, stopping);
    }

    /// <summary>A note that cannot be written now is written a second later; the run does not wait for it.</summary>
    private async Task NoteAsync(ActiveRun run)
    {
        try
        {
            await results.NoteAsync(run, CancellationToken.None);
        }
        catch (Exception exception) when (exception is DbException or DbUpdateException)
        {
            log.LogWarning(exception, "Where run {Run} stands could not be stored; trying again", run.Id);
        }
    }

    /// <summary>An end is written down as soon as the database can; should the studio stop before, the run's folder knows it.</summary>
    private async Task FinishAsync(ActiveRun run, TrainingEvent.Ended end, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await results.FinishAsync(run, end, CancellationToken.None);
                return;
            }
            catch (Exception exception) when (exception is DbException or DbUpdateException or IOException)
            {
                log.LogError(exception, "The end of run {Run} could not be stored; is the disk full? Trying again", run.Id);
                run.Feed.Update(progress => progress with { Message = $"The end of the run could not be stored ({exception.Message}). Is the disk full? Trying again." });
                await Task.Delay(StoringPause, time, stopping);
            }
        }
    }

    /// <summary>Lets the run save its state, then takes its thread away.</summary>
    private static async Task SuspendAsync(ActiveRun run, Task thread)
    {
        run.Control.Pause();
        using var patience = new CancellationTokenSource(SavingPatience);
        var standing = StandsStillAsync(run, patience.Token);
        await Task.WhenAny(thread, standing);
        run.Suspend();
        await patience.CancelAsync();
        await standing;
    }

    private static async Task StandsStillAsync(ActiveRun run, CancellationToken patience)
    {
        try
        {
            if (run.Feed.Subscribe(TimeSpan.Zero, patience) is { InitialState.State: RunState.Running } subscription)
            {
                await foreach (var progress in subscription.Updates)
                {
                    if (progress.State != RunState.Running)
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It took too long: the newest checkpoint has to do.
        }
    }

    private TrainingEvent.Ended RunEngine(ActiveRun run)
    {
        try
        {
            var specification = inputs.Resolve(run.Id);
            return engine.Run(specification, paths.Run(run.Id), run.Control, run.Feed.Append, run.Cancelled);
        }
        catch (UserErrorException exception)
        {
            return Failed(run, exception.Message);
        }
        catch (OperationCanceledException) when (run.Cancelled.IsCancellationRequested)
        {
            return new TrainingEvent.Ended(run.Feed.Progress.Step, EndReason.Cancelled, "", null) { At = time.GetUtcNow() };
        }
#pragma warning disable CA1031 // A defect in one run must not end the studio; it is logged with its stack and shown on the run's page.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            log.LogError(exception, "Run {Run} failed", run.Id);
            return Failed(run, $"A defect in the studio ended the run: {exception.Message} The log has the details; checkpoints are kept.");
        }
    }

    private TrainingEvent.Ended Failed(ActiveRun run, string message)
    {
        var end = new TrainingEvent.Ended(run.Feed.Progress.Step, EndReason.Failed, message, null) { At = time.GetUtcNow() };
        run.Feed.Append(end);
        return end;
    }
}
