using System.Text.Json;
using FineTuneStudio.Engine.Contracts.Grading;
using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Application.Graders;

/// <summary>A row that graders are tried on.</summary>
/// <param name="Line">Where it begins in its file, from 1.</param>
/// <param name="Prompt">The last user turn.</param>
/// <param name="Answer">The dataset's own answer; empty where the row has none.</param>
/// <param name="Calls">The tool calls of that answer.</param>
/// <param name="Item">The row's fields.</param>
internal sealed record TrialRow(long Line, string Prompt, string Answer, JsonElement? Calls, JsonElement Item)
{
    private const int MostLetters = 400;

    public bool HasAnswer => Answer.Length > 0 || Calls is not null;

    /// <summary>The row with its own answer, for a grader.</summary>
    public GradedSample Sample => With(this);

    /// <summary>The row with the answer of another one, for a grader.</summary>
    public GradedSample With(TrialRow other) => new(Item, other.Answer, other.Calls);

    /// <summary>Rows of a dataset, evenly spread.</summary>
    public static List<TrialRow> Spread(DatasetIndex index, int rows)
    {
        var count = Math.Min(rows, index.Count);
        return [.. Enumerable.Range(0, count).Select(at => Read(index, (int)((long)at * index.Count / count)))];
    }

    /// <summary>One row of a dataset.</summary>
    public static TrialRow Read(DatasetIndex index, int number)
    {
        var row = index.Read(number);
        var split = ConversationSplit.Of(row.Conversation);
        var item = index.ReadItem(number);
        var calls = split.Answer is { } answer && answer.TryGetProperty("tool_calls", out var list) && list.ValueKind == JsonValueKind.Array ? list : (JsonElement?)null;
        var text = split.Answer is not null ? split.AnswerText : item.TryGetProperty("answer", out var known) && known.ValueKind == JsonValueKind.String ? known.GetString()! : "";
        return new TrialRow(row.Line, split.Question, text, calls, item);
    }

    /// <summary>The next of some rows that answers something else than one of them.</summary>
    public static TrialRow? Another(List<TrialRow> rows, int at)
        => Enumerable.Range(1, Math.Max(0, rows.Count - 1)).Select(step => rows[(at + step) % rows.Count]).FirstOrDefault(other => other.HasAnswer && other.Answer != rows[at].Answer);

    /// <summary>As much of a text as a table shows.</summary>
    public static string Short(string text) => text.Length > MostLetters ? text[..MostLetters] + "…" : text;
}
