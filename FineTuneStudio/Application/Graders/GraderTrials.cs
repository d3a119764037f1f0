using System.Text.Json;
using FineTuneStudio.Application.Datasets;
using FineTuneStudio.Domain;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Datasets;
using FineTuneStudio.Engine.Grading;
using FineTuneStudio.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FineTuneStudio.Application.Graders;

/// <summary>Tries graders on rows of a dataset before a run is begun with them: on each row's own answer, and on that of another row.</summary>
public sealed class GraderTrials
{
    private const int MostLetters = 400;

    private readonly IDbContextFactory<StudioDatabase> _databases;
    private readonly StudioPaths _paths;

    internal GraderTrials(IDbContextFactory<StudioDatabase> databases, StudioPaths paths) => (_databases, _paths) = (databases, paths);

    /// <summary>Grades answers of evenly spread rows.</summary>
    /// <param name="json">The grader.</param>
    /// <param name="dataset">Name of a checked dataset.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="cancellationToken">Looked at between answers.</param>
    public async Task<Result<IReadOnlyList<GraderTrial>>> TryAsync(string json, string dataset, int rows, CancellationToken cancellationToken)
    {
        await using var database = await _databases.CreateDbContextAsync(cancellationToken);
        var entity = await database.Datasets.AsNoTracking().Where(row => row.Name == dataset && row.State == DatasetState.Checked)
            .OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(cancellationToken);
        if (entity is null)
        {
            return new Result<IReadOnlyList<GraderTrial>>.Refused([new("dataset.path", $"No checked dataset is called '{dataset}'.")]);
        }

        try
        {
            return new Result<IReadOnlyList<GraderTrial>>.Success(await Task.Run(() => Try(json, entity, rows, cancellationToken), cancellationToken));
        }
        catch (UserErrorException exception)
        {
            return new Result<IReadOnlyList<GraderTrial>>.Refused(exception.Errors);
        }
    }

    private IReadOnlyList<GraderTrial> Try(string json, DatasetEntity dataset, int rows, CancellationToken cancellationToken)
    {
        using var grader = Grader.Parse(json, "grader");

        // Rows of a reinforcement run are prompts, with or without an answer: another check than that of the dataset's page, and another index.
        using var index = DatasetIndex.Open(
            _paths.DatasetFile(dataset.Id, dataset.Extension), DatasetChecks.OptionsOf(dataset) with { Method = TrainingMethod.Rft }, _paths.DatasetIndex(dataset.Id) + ".prompts", cancellationToken);
        var count = Math.Min(rows, index.Count);
        var chosen = Enumerable.Range(0, count).Select(at => Read(index, (int)((long)at * index.Count / count))).ToList();
        return [.. chosen.Select((row, at) => Grade(grader, row, Another(chosen, at), cancellationToken))];
    }

    private static GraderTrial Grade(Grader grader, TrialRow row, TrialRow? another, CancellationToken cancellationToken) => new(
        row.Line, Short(row.Prompt), Short(row.Answer),
        row.HasAnswer ? grader.Evaluate(new GradedSample(row.Item, row.Answer, row.Calls), cancellationToken) : null,
        another is null ? "" : Short(another.Answer),
        another is null ? null : grader.Evaluate(new GradedSample(row.Item, another.Answer, another.Calls), cancellationToken));

    /// <summary>The next row that answers something else.</summary>
    private static TrialRow? Another(List<TrialRow> rows, int at)
        => Enumerable.Range(1, rows.Count - 1).Select(step => rows[(at + step) % rows.Count]).FirstOrDefault(other => other.HasAnswer && other.Answer != rows[at].Answer);

    private static TrialRow Read(DatasetIndex index, int number)
    {
        var row = index.Read(number);
        var messages = row.Conversation.Messages.EnumerateArray().ToList();
        var answer = messages.Count > 0 && Text(messages[^1], "role") == "assistant" ? messages[^1] : default;
        var item = index.ReadItem(number);
        var calls = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("tool_calls", out var list) && list.ValueKind == JsonValueKind.Array ? list : (JsonElement?)null;
        var text = answer.ValueKind == JsonValueKind.Object ? Text(answer, "content") : item.TryGetProperty("answer", out var known) && known.ValueKind == JsonValueKind.String ? known.GetString()! : "";
        return new TrialRow(row.Line, Text(messages.FindLast(message => Text(message, "role") == "user"), "content"), text, calls, item);
    }

    private static string Text(JsonElement message, string field)
        => message.ValueKind == JsonValueKind.Object && message.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Short(string text) => text.Length > MostLetters ? text[..MostLetters] + "…" : text;

    private sealed record TrialRow(long Line, string Prompt, string Answer, JsonElement? Calls, JsonElement Item)
    {
        public bool HasAnswer => Answer.Length > 0 || Calls is not null;
    }
}
