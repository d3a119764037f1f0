using System.Net.Http.Json;
using System.Text.Json;
using FineTuneStudio.Application;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Datasets;
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

    /// <summary>A model, and a dataset that is there and checked.</summary>
    public static async Task AddModelAndDatasetAsync(this StudioServer studio)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<StudioDatabase>>().CreateDbContextAsync();
        database.Models.Add(new ModelEntity
        {
            Id = Guid.NewGuid(), Name = Model, Folder = FindModel(), Architecture = "qwen3", Parameters = 8_126_464, Bytes = 16 << 20, Sha256 = new string('a', 64), ContextLength = 2048,
            CreatedAt = DateTimeOffset.UtcNow,
        });
        var dataset = Guid.NewGuid();
        var paths = studio.Services.GetRequiredService<StudioPaths>();
        Directory.CreateDirectory(paths.Dataset(dataset));
        await File.WriteAllLinesAsync(paths.DatasetFile(dataset, ".jsonl"), IntentRows());
        var report = DatasetIndex.Check(paths.DatasetFile(dataset, ".jsonl"), new DatasetCheckOptions(), paths.DatasetIndex(dataset), CancellationToken.None);
        await File.WriteAllTextAsync(paths.DatasetReport(dataset), JsonSerializer.Serialize(report, RunSpecification.JsonOptions));
        database.Datasets.Add(new DatasetEntity
        {
            Id = dataset, Name = Dataset, State = DatasetState.Checked, Extension = ".jsonl", Bytes = 120_000, Sha256 = new string('b', 64), Rows = 1000, CreatedAt = DateTimeOffset.UtcNow,
        });
        await database.SaveChangesAsync();
    }

    /// <summary>Uploads lines as a file and waits for its check.</summary>
    public static async Task<Guid> UploadAsync(this StudioServer studio, string name, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        using var content = new StringContent(string.Join('\n', lines) + "\n");
        var response = await studio.Client.PostAsync($"/api/datasets?name={Uri.EscapeDataString(name)}", content, cancellationToken);
        response.EnsureSuccessStatusCode();
        var dataset = await response.Content.ReadFromJsonAsync<DatasetSummary>(RunSpecification.JsonOptions, cancellationToken);
        return await studio.WaitForCheckAsync(dataset!.Id, cancellationToken);
    }

    /// <summary>Waits until a dataset has been read to its end.</summary>
    public static async Task<Guid> WaitForCheckAsync(this StudioServer studio, Guid id, CancellationToken cancellationToken)
    {
        var datasets = studio.Services.GetRequiredService<DatasetLibrary>();
        while ((await datasets.FindAsync(id, cancellationToken))!.State == DatasetState.Checking)
        {
            await Task.Yield();
        }

        return id;
    }

    /// <summary>A thousand short questions with one of three labels: what the banking data looks like.</summary>
    public static IEnumerable<string> IntentRows(int count = 1000) => Enumerable.Range(0, count).Select(
        i => $$"""{"messages":[{"role":"user","content":"My card number {{i}} has not arrived yet, where is it?"},{"role":"assistant","content":"{{(i % 3 == 0 ? "card_arrival" : i % 3 == 1 ? "lost_card" : "refund_not_showing_up")}}"}]}""");

    /// <summary>A small real model where there is one; tests that render need it, others do not look.</summary>
    private static string FindModel()
    {
        var embedded = Path.Combine(Repository.Root, "models", "nano");
        var golden = Path.Combine(Repository.Root, "..", "shared", "golden", "models", "qwen3");
        return Directory.Exists(embedded) ? embedded : Directory.Exists(golden) ? golden : "/nowhere";
    }

    /// <summary>Queues a run on the seeded model and dataset.</summary>
    public static async Task<RunSummary> StartRunAsync(this StudioServer studio, string name = "")
    {
        var specification = new RunSpecification { Name = name, Model = Model, Dataset = new DatasetOptions { Path = Dataset } };
        var result = await studio.Services.GetRequiredService<RunService>().StartAsync(specification, CancellationToken.None);
        return Assert.IsType<Result<RunSummary>.Success>(result).Value;
    }

    /// <summary>Queues a reinforcement run on the seeded model and dataset.</summary>
    public static async Task<RunSummary> StartReinforcementRunAsync(this StudioServer studio, string name = "", ToolOptions? tools = null)
    {
        var specification = new RunSpecification
        {
            Name = name, Model = Model, Dataset = new DatasetOptions { Path = Dataset }, Method = TrainingMethod.Rft, Reinforcement = new ReinforcementOptions { Grader = FakeReinforcement.Grader, Tools = tools },
        };
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
