using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Templates.ToolCalls;

/// <summary>Reads calls that are JSON.</summary>
internal static class CallJson
{
    /// <summary>Calls of a text that is one object <c>{"name": …, "arguments": {…}}</c> (or <c>parameters</c>), or a list of them; a fault is told and gives <see langword="null"/>.</summary>
    public static IReadOnlyList<ToolCall>? Read(string text, List<string> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement, faults);
        }
        catch (JsonException exception)
        {
            faults.Add($"A call is no JSON: {FirstSentence(exception)}");
            return null;
        }
    }

    /// <summary>A call whose name and arguments stand apart; a fault is told and gives <see langword="null"/>.</summary>
    public static ToolCall? Read(string name, string arguments, List<string> faults)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments.Trim().Length == 0 ? "{}" : arguments);
            return Call(name, document.RootElement, faults);
        }
        catch (JsonException exception)
        {
            faults.Add($"The arguments of {name} are no JSON: {FirstSentence(exception)}");
            return null;
        }
    }

    /// <summary>Where a JSON value that begins at a place ends; <see langword="null"/> where none does.</summary>
    /// <param name="text">UTF-16.</param>
    /// <param name="start">Where it begins.</param>
    public static int? EndOf(string text, int start)
    {
        var bytes = Encoding.UTF8.GetBytes(text[start..]);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        try
        {
            return reader.Read() && reader.TrySkip() ? start + Encoding.UTF8.GetCharCount(bytes, 0, (int)reader.BytesConsumed) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<ToolCall>? Read(JsonElement value, List<string> faults)
    {
        JsonElement[] entries = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        var calls = new List<ToolCall>();
        foreach (var entry in entries)
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String || name.GetString()!.Length == 0)
            {
                faults.Add("A call has no name; expected {\"name\": …, \"arguments\": {…}}.");
                return null;
            }

            var arguments = entry.TryGetProperty("arguments", out var given) || entry.TryGetProperty("parameters", out given) ? given : default;
            if (Call(name.GetString()!, arguments, faults) is not { } call)
            {
                return null;
            }

            calls.Add(call);
        }

        return calls.Count > 0 ? calls : null;
    }

    private static ToolCall? Call(string name, JsonElement arguments, List<string> faults)
    {
        switch (arguments.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return new ToolCall(name, "{}");
            case JsonValueKind.Object:
                return new ToolCall(name, arguments.GetRawText());
            case JsonValueKind.String when arguments.GetString()!.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal):
                // The object once more as text, as OpenAI's form has it.
                return Read(name, arguments.GetString()!, faults);
            default:
                faults.Add($"The arguments of {name} are no object.");
                return null;
        }
    }

    // What the reader found wrong, without its place counted as if in a file.
    private static string FirstSentence(JsonException exception)
        => exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? exception.Message[..end] : exception.Message;
}
