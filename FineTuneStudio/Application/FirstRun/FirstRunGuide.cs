using System.Text.Json;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Application.Models;
using FineTuneStudio.Application.Runs;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application.FirstRun;

/// <summary>What "Train your first model" needs: a bundled dataset, the embedded model, and options with which it visibly works in a minute or two.</summary>
public sealed class FirstRunGuide(DatasetLibrary datasets, ModelLibrary models, RunService runs) : IDisposable
{
    /// <summary>What the run is called; also how a guide that was left is found again.</summary>
    public const string RunName = "My first model";

    private const string SampleName = "help-desk.jsonl";

    private static readonly TimeSpan CheckPace = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _starting = new(1);

    /// <summary>Where the bundled dataset lies.</summary>
    private static string SampleFile { get; } = Path.Combine(AppContext.BaseDirectory, "samples", SampleName);

    /// <summary>
    /// Chosen by measurement (docs/log.md): nano names none of the held-out messages right before, and nearly all of them after, within three
    /// minutes on two cores. One row in sixteen is held out, and all of those are answered before, on the way, and after.
    /// </summary>
    public static RunSpecification Specification { get; } = new()
    {
        Name = RunName,
        Model = ModelLibrary.EmbeddedName,
        Dataset = new DatasetOptions { Path = SampleName, HeldOutFraction = 0.0625 },
        Schedule = new ScheduleOptions { LearningRate = 2e-3 },
        Batch = new BatchOptions { Rows = 2, ContextLength = 256 },
        Duration = new DurationOptions { Epochs = 1.5 },
        Evaluation = new EvaluationOptions { EverySteps = 20, Samples = 40, SampleTokens = 12 },
    };

    /// <summary>A few rows of the bundled dataset, of different answers.</summary>
    public static IReadOnlyList<SampleRow> Examples(int count)
        => [.. File.ReadLines(SampleFile).Where(line => line.Length > 0).Select(Read).DistinctBy(row => row.Answer).Take(count)];

    /// <summary>The newest run that this guide started, where there is one.</summary>
    public async Task<RunSummary?> FindRunAsync(CancellationToken cancellationToken)
        => (await runs.ListAsync(cancellationToken)).FirstOrDefault(run => run.Name == RunName && run.Model == ModelLibrary.EmbeddedName);

    /// <summary>Takes the bundled dataset in where it is not there yet, and starts the run; a second start while it runs is the same run.</summary>
    public async Task<Result<RunSummary>> StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (await FindRunAsync(cancellationToken) is { Active: true } started)
            {
                return new Result<RunSummary>.Success(started);
            }

            if (await models.FindAsync(ModelLibrary.EmbeddedName, cancellationToken) is null)
            {
                return Refuse("The embedded model is missing: the folder models/nano beside the program is empty. Build the studio anew with ./studio up.");
            }

            var dataset = await TakeInAsync(cancellationToken);
            return await runs.StartAsync(Specification with { Dataset = Specification.Dataset with { Path = dataset } }, cancellationToken);
        }
        catch (UserErrorException exception)
        {
            return new Result<RunSummary>.Refused(exception.Errors);
        }
        finally
        {
            _starting.Release();
        }
    }

    public void Dispose() => _starting.Dispose();

    private static Result<RunSummary> Refuse(string message) => new Result<RunSummary>.Refused([new UserError("", message)]);

    private static SampleRow Read(string line)
    {
        using var row = JsonDocument.Parse(line);
        var messages = row.RootElement.GetProperty("messages");
        return new SampleRow(messages[messages.GetArrayLength() - 2].GetProperty("content").GetString()!, messages[messages.GetArrayLength() - 1].GetProperty("content").GetString()!);
    }

    /// <returns>The name under which it is in the library.</returns>
    private async Task<string> TakeInAsync(CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(SampleFile);
        var hash = Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(file, cancellationToken));
        if ((await datasets.ListAsync(cancellationToken)).FirstOrDefault(dataset => dataset.Sha256 == hash && dataset.State == DatasetState.Checked) is { } present)
        {
            return present.Name;
        }

        file.Position = 0;
        var received = await datasets.ReceiveAsync(SampleName, file, file.Length, cancellationToken) switch
        {
            Result<DatasetSummary>.Success(var dataset) => dataset,
            Result<DatasetSummary>.Refused(var errors) => throw new UserErrorException(errors),
            var other => throw new InvalidOperationException($"Unknown result {other}."),
        };
        while (received is { State: DatasetState.Checking })
        {
            await Task.Delay(CheckPace, cancellationToken);
            received = await datasets.FindAsync(received.Id, cancellationToken);
        }

        return received?.Name ?? throw new UserErrorException("", "The example dataset was deleted while it was being read. Start again.");
    }
}
