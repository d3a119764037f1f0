using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FineTuneStudio.Tests.Support;

/// <summary>Puts things into a studio that a test is not about.</summary>
internal static class StudioSeed
{
    public const string Model = "tiny";
    public const string Dataset = "intents.jsonl";

    /// <summary>A model and a checked dataset, as rows alone.</summary>
    public static async Task AddModelAndDatasetAsync(this StudioServer studio)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<StudioDatabase>>().CreateDbContextAsync();
        database.Models.Add(new ModelEntity
        {
            Id = Guid.NewGuid(), Name = Model, Folder = "/nowhere", Architecture = "qwen3", Parameters = 8_126_464, Bytes = 16 << 20, Sha256 = new string('a', 64), ContextLength = 2048,
            CreatedAt = DateTimeOffset.UtcNow,
        });
        database.Datasets.Add(new DatasetEntity
        {
            Id = Guid.NewGuid(), Name = Dataset, State = DatasetState.Checked, Extension = ".jsonl", Bytes = 120_000, Sha256 = new string('b', 64), Rows = 1000, CreatedAt = DateTimeOffset.UtcNow,
        });
        await database.SaveChangesAsync();
    }

    /// <summary>Queues a run on the seeded model and dataset.</summary>
    public static async Task<RunSummary> StartRunAsync(this StudioServer studio, string name = "")
    {
        var specification = new RunSpecification { Name = name, Model = Model, Dataset = new DatasetOptions { Path = Dataset } };
        var result = await studio.Services.GetRequiredService<RunService>().StartAsync(specification, CancellationToken.None);
        return Assert.IsType<Result<RunSummary>.Success>(result).Value;
    }

    /// <summary>The first state of a run that fulfils a condition; the test's own time limit is the only clock.</summary>
    public static async Task<RunProgress> WaitForAsync(this StudioServer studio, Guid run, Func<RunProgress, bool> condition, CancellationToken cancellationToken)
    {
        var subscription = await studio.Services.GetRequiredService<RunService>().FollowAsync(run, cancellationToken);
        Assert.NotNull(subscription);
        if (condition(subscription.InitialState))
        {
            return subscription.InitialState;
        }

        await foreach (var progress in subscription.Updates.WithCancellation(cancellationToken))
        {
            if (condition(progress))
            {
                return progress;
            }
        }

        throw new InvalidOperationException("The run ended without fulfilling the condition.");
    }
}
