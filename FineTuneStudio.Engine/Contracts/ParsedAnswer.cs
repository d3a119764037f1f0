using System.Text.Json;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>An answer with its tool calls taken out of its text.</summary>
/// <param name="Text">What it says beside them; without special tokens.</param>
/// <param name="Calls">Its calls, in order.</param>
/// <param name="Faults">What looks like a call and is none, so that it stays text: each with its reason.</param>
public sealed record ParsedAnswer(string Text, IReadOnlyList<ToolCall> Calls, IReadOnlyList<string> Faults)
{
    /// <summary>Text and calls as a person reads them.</summary>
    public string Shown => string.Join('\n', (string[])[.. Text.Length > 0 || Calls.Count == 0 ? [Text] : Array.Empty<string>(), .. Calls.Select(call => call.ToString())]);

    /// <summary>The calls in OpenAI's form, with ids of their own; <see langword="null"/> where there is none.</summary>
    /// <param name="first">How many calls there were before in the conversation.</param>
    public JsonElement? ToOpenAi(int first = 0) => Calls.Count == 0 ? null : JsonSerializer.SerializeToElement(
        Calls.Select((call, index) => new { id = IdOf(first + index), type = "function", function = new { name = call.Name, arguments = call.Arguments } }));

    /// <summary>The id of a conversation's call; nine letters and digits, which every chat template takes.</summary>
    /// <param name="number">Calls before it.</param>
    public static string IdOf(int number) => $"call{number:00000}";
}
