using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Datasets;

namespace FineTuneStudio.Application.Datasets;

/// <summary>Makes lines of a list from rows.</summary>
internal static class RowLines
{
    private const int ClippedLength = 180;
    private const int BeforeMatch = 48;

    /// <summary>A row as a line.</summary>
    /// <param name="rows">The file.</param>
    /// <param name="number">Number among all rows.</param>
    /// <param name="tokens">Its length, where that is known.</param>
    /// <param name="searched">What was searched for, or empty.</param>
    public static RowLine Of(DatasetRows rows, int number, int? tokens, string searched)
    {
        var place = rows.Place(number);
        if (place.Good is not { } good)
        {
            var raw = Encoding.UTF8.GetString(rows.ReadRaw(number));
            return new RowLine(number, place.Line, IsBad: true, IsWarned: false, Clip(raw), "", null, Match([("", raw)], searched));
        }

        var messages = ConversationText.Of(rows.Index.Read(good).Conversation).ToList();
        var question = messages.Find(message => message.Role == "user")?.Text ?? messages.FirstOrDefault()?.Text ?? "";
        var answer = messages.FindLast(message => message.Role == "assistant");
        return new RowLine(
            number, place.Line, IsBad: false, place.IsFaulty, Clip(question), Clip(answer is null && rows.Index.Report.Method == TrainingMethod.Rft ? KnownAnswer(rows.Index, good) : Answer(answer)), tokens,
            Match(messages.SelectMany(message => message.Texts.Select(text => (message.Role, text))), searched));
    }

    /// <summary>What a prompt's own field says is right, for graders.</summary>
    private static string KnownAnswer(DatasetIndex index, int good)
        => index.ReadItem(good).TryGetProperty("answer", out var answer) ? PromptFields.TextOf(answer) : "";

    private static string Answer(MessageText? message)
        => message is null ? "" : message.Text.Length > 0 ? message.Text : string.Join(' ', message.Calls.Select(call => $"{call.Name} {call.Arguments}"));

    /// <summary>The beginning of a text in one line.</summary>
    private static string Clip(string text)
    {
        var line = OneLine(text.AsSpan(0, Math.Min(text.Length, 2 * ClippedLength)));
        return line.Length > ClippedLength ? line[..ClippedLength] + "…" : line;
    }

    private static RowMatch? Match(IEnumerable<(string Role, string Text)> texts, string searched)
    {
        if (searched.Length == 0)
        {
            return null;
        }

        foreach (var (role, text) in texts)
        {
            var at = text.IndexOf(searched, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                var start = Math.Max(0, at - BeforeMatch);
                var end = at + searched.Length;
                return new RowMatch(
                    role, (start > 0 ? "…" : "") + OneLine(text.AsSpan(start, at - start)), OneLine(text.AsSpan(at, searched.Length)), Clip(text[end..]));
            }
        }

        return null;
    }

    private static string OneLine(ReadOnlySpan<char> text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            line.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return line.ToString();
    }
}
