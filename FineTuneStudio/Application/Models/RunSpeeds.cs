using System.Data.Common;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Models;

/// <summary>Keeps of each run that ends how fast it learnt, as a figure of its base model.</summary>
internal sealed class RunSpeeds(IDbContextFactory<StudioDatabase> databases, RunEndings endings, RunFeeds feeds, ModelSpeeds speeds, ILogger<RunSpeeds> log) : IHostedService
{
    // Fewer steps warm up.
    private const int LeastSteps = 3;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        endings.Ended += Note;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        endings.Ended -= Note;
        return Task.CompletedTask;
    }

    private void Note(RunEnding ending)
    {
        if (ending.State is RunState.Completed or RunState.Stopped)
        {
            _ = Task.Run(() => NoteAsync(ending));
        }
    }

    // A step of a reinforcement run draws answers as well, and one that trains every weight is another thing than one beside an adapter.
    private async Task NoteAsync(RunEnding ending)
    {
        try
        {
            await using var database = await databases.CreateDbContextAsync();
            var run = await database.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == ending.Id);
            var progress = feeds.Open(ending.Id, stored => stored).Progress;
            if (run?.ModelId is not { } model || progress is not { TokensPerSecond: { } rate, TimedSteps: >= LeastSteps }
                || RunSpecification.Parse(run.Specification, ending.Name) is not { Lora: not null, Reinforcement: null })
            {
                return;
            }

            await speeds.NoteAsync(model, SpeedKind.Train, rate, $"run {ending.Name}", CancellationToken.None);
        }
        catch (Exception exception) when (exception is DbException or DbUpdateException or UserErrorException or IOException)
        {
            log.LogWarning(exception, "How fast run {Run} was could not be kept", ending.Id);
        }
    }
}
