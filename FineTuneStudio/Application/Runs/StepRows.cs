using System.Text.Json;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Training;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Runs;

/// <summary>Which rows a step of a run learnt from, and what each cost.</summary>
public sealed class StepRows
{
    private const int MostLetters = 400;

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly DatasetIndexes _indexes;
    private readonly StudioPaths _paths;

    internal StepRows(IDbContextFactory<StudioDatabase> databases, DatasetIndexes indexes, StudioPaths paths)
    {
        (_databases, _indexes, _paths) = (databases, indexes, paths);
    }

    /// <summary>The rows, dearest first, and their dataset; <see langword="null"/> where the run did not write them down.</summary>
    public async Task<(Guid? Dataset, IReadOnlyList<StepRow> Rows)?> FindAsync(Guid runId, int step, CancellationToken cancellationToken)
    {
        if (await Task.Run(() => RowLosses.Read(_paths.Run(runId), step), cancellationToken) is not { } losses)
        {
            return null;
        }

        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var run = await database.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == runId, cancellationToken);
        var datasetId = run?.DatasetId;
        var dataset = await database.Datasets.AsNoTracking().SingleOrDefaultAsync(row => row.Id == datasetId, cancellationToken);
        var rows = run is null || dataset is null
            ? losses.Select(loss => new StepRow(0, loss.Loss, "", ""))
            : await Task.Run(() => Read(run, dataset, losses, cancellationToken), cancellationToken);
        return (dataset?.Id, [.. rows.OrderByDescending(row => row.Loss)]);
    }

    private List<StepRow> Read(RunEntity run, DatasetEntity dataset, IReadOnlyList<RowLoss> losses, CancellationToken cancellationToken)
    {
        // The run numbered the rows that are good for its method, which may have been another than the dataset is meant for now.
        using var index = _indexes.OpenAs(dataset, RunSpecification.Parse(run.Specification, "the run's specification").Method, cancellationToken);
        return [.. losses.Where(loss => loss.Row < index.Count).Select(loss => Describe(index.Read(loss.Row), loss.Loss))];
    }

    private static StepRow Describe(DatasetRow row, float loss)
    {
        var messages = row.Conversation.Messages.EnumerateArray().ToList();
        return new StepRow(row.Line, loss, TextOf(messages, "user"), TextOf(messages, "assistant"));
    }

    private static string TextOf(List<JsonElement> messages, string role)
    {
        var message = messages.FindLast(message => message.TryGetProperty("role", out var name) && name.GetString() == role);
        var text = message.ValueKind == JsonValueKind.Object && message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String ? content.GetString()! : "";
        return text.Length > MostLetters ? text[..MostLetters] + "…" : text;
    }
}
