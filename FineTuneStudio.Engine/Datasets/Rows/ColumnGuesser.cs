using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Suggests which column is which part of a conversation, by name first, by content where names say nothing.</summary>
internal static class ColumnGuesser
{
    // In order of how surely the name means it.
    private static readonly string[] SystemNames = ["system", "system_prompt", "system_message", "persona"];

    private static readonly string[] UserNames =
    [
        "user", "prompt", "question", "instruction", "input", "query", "request", "text", "message", "utterance", "sentence", "source",
        "review", "comment", "title", "body", "content", "description", "ticket", "email",
    ];

    private static readonly string[] AssistantNames =
    [
        "assistant", "completion", "answer", "response", "output", "reply", "target", "label", "category", "intent", "class", "sentiment",
        "summary", "translation", "rewrite", "result", "gold", "ground_truth", "expected",
    ];

    /// <summary>The index of a column; names are compared without regard to case where that is unique.</summary>
    public static int IndexOf(IReadOnlyList<string> names, string name)
    {
        var exact = Find(names, name, StringComparison.Ordinal);
        return exact >= 0 ? exact : Find(names, name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A mapping and the reason for it; no mapping where nothing points to one.</summary>
    public static (ColumnMapping? Mapping, string Reason) Suggest(IReadOnlyList<string> names, IReadOnlyList<string[]> sample, TrainingMethod method = TrainingMethod.Sft)
    {
        var promptIsEnough = method == TrainingMethod.Rft;
        if (names.Count == 1 && promptIsEnough)
        {
            return (Map(null, names[0], null), $"the one column, {names[0]}, is what the user says");
        }

        if (names.Count < 2)
        {
            return (null, $"There is one column ({string.Join(", ", names)}); at least a user's and an assistant's column are needed. Is the delimiter a comma, semicolon or tab?");
        }

        var system = FindNamed(names, SystemNames);
        var user = FindNamed(names, UserNames);
        var assistant = FindNamed(names, AssistantNames);
        if (user is not null && assistant is not null)
        {
            return (Map(system, user, assistant), $"By name: {user} is what the user says, {assistant} the answer");
        }

        if (user is not null && promptIsEnough)
        {
            return (Map(system, user, null), $"By name: {user} is what the user says; no column is an answer");
        }

        if (names.Count == 2)
        {
            // One name may be enough; else the order question, answer is what tables have.
            var other = user is not null ? names.First(name => name != user) : names[1];
            user ??= assistant is not null ? names.First(name => name != assistant) : names[0];
            assistant ??= other;
            return (Map(null, user, assistant), $"of two columns, {user} is taken as what the user says and {assistant} as the answer");
        }

        return SuggestByContent(names, sample, system, user, assistant, promptIsEnough);
    }

    /// <summary>The longest texts are what the user says; the answer is, of the rest, the column with the fewest different values.</summary>
    private static (ColumnMapping? Mapping, string Reason) SuggestByContent(
        IReadOnlyList<string> names, IReadOnlyList<string[]> sample, string? system, string? user, string? assistant, bool promptIsEnough)
    {
        if (sample.Count < 5)
        {
            return (null, $"The columns ({string.Join(", ", names)}) have no telling names, and there are too few rows to judge by content.");
        }

        var free = Enumerable.Range(0, names.Count).Where(column => names[column] != system && names[column] != user && names[column] != assistant).ToList();
        if (user is null)
        {
            var column = free.MaxBy(candidate => sample.Average(row => row[candidate].Length));
            user = names[column];
            free.Remove(column);
        }

        if (promptIsEnough)
        {
            return (Map(system, user, assistant), $"by content: {user} has the longest texts{(assistant is null ? "" : $", {assistant} is the answer by name")}");
        }

        if (assistant is null)
        {
            var texts = free.Where(column => sample.Any(row => row[column].Any(char.IsLetter))).ToList();
            if (texts.Count == 0)
            {
                return (null, $"No column of {string.Join(", ", names)} looks like an answer.");
            }

            assistant = names[texts.MinBy(column => sample.Select(row => row[column]).Distinct().Count())];
        }

        return (Map(system, user, assistant), $"by content: {user} has the longest texts, {assistant} the fewest different ones");
    }

    private static ColumnMapping Map(string? system, string user, string? assistant) => new() { System = system, User = user, Assistant = assistant };

    private static string? FindNamed(IReadOnlyList<string> names, string[] wanted)
        => wanted.Select(name => IndexOf(names, name)).Where(index => index >= 0).Select(index => names[index]).FirstOrDefault();

    private static int Find(IReadOnlyList<string> names, string name, StringComparison comparison)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i].Trim(), name.Trim(), comparison))
            {
                return i;
            }
        }

        return -1;
    }
}
