using FineTuneStudio.Application;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FineTuneStudio.Tests.Support;

/// <summary>A run that was over before the test began: a row and a folder, no engine.</summary>
internal static class PastRun
{
    /// <summary>Adds a completed run of so many steps, evaluated ten times.</summary>
    /// <param name="studio">Where.</param>
    /// <param name="steps">Its length.</param>
    /// <param name="loss">Loss of each step.</param>
    public static async Task<Guid> AddPastRunAsync(this StudioServer studio, int steps, Func<int, double> loss)
    {
        var specification = new RunSpecification { Name = "Past", Model = StudioSeed.Model, Dataset = new DatasetOptions { Path = StudioSeed.Dataset } };
        var row = new RunEntity
        {
            Id = Guid.CreateVersion7(), Name = "Past", State = RunState.Completed, Specification = specification.ToJson(), Step = steps, TotalSteps = steps,
            CreatedAt = DateTimeOffset.UtcNow, StartedAt = DateTimeOffset.UtcNow, EndedAt = DateTimeOffset.UtcNow,
        };
        var folder = studio.Services.GetRequiredService<StudioPaths>().Run(row.Id);
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, RunFolder.Events), Events(steps, loss).Select(RunEvents.ToLine));

        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<StudioDatabase>>().CreateDbContextAsync();
        database.Runs.Add(row);
        await database.SaveChangesAsync();
        return row.Id;
    }

    private static IEnumerable<TrainingEvent> Events(int steps, Func<int, double> loss)
    {
        var start = new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
        yield return new TrainingEvent.Started(0, steps, 294_912, 8_126_464, 950, 50, 41_000, 9_300, 0) { At = start };
        for (var step = 1; step <= steps; step++)
        {
            var at = start.AddSeconds(step * 0.25);
            yield return new TrainingEvent.StepCompleted(step, step / 100.0, loss(step), 2e-4 * (1 - ((double)step / steps)), 0.6 + (0.2 * Math.Cos(step)), 4096, 900, 0.25, 512L << 20) { At = at };
            if (step % (steps / 10) == 0)
            {
                yield return new TrainingEvent.Evaluated(step, loss(step) + 0.1, 0.1) { At = at };
            }
        }

        yield return new TrainingEvent.Ended(steps, EndReason.Completed, "", loss(steps) + 0.1) { At = start.AddSeconds(steps * 0.25) };
    }
}
