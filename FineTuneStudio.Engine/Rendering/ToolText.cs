using System.Text.Encodings.Web;
using System.Text.Json;
using FineTuneStudio.Engine.Templates;

namespace FineTuneStudio.Engine.Rendering;

/// <summary>Tools and calls as text, for models whose chat template knows none: in the form that most other models use.</summary>
internal static class ToolText
{
    // However a file spaces it, and readable: only what JSON itself forbids is escaped.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a template lists the tools that a conversation offers.</summary>
    public static bool ListsTools(ChatTemplate template) => template.Source.Contains("tools", StringComparison.Ordinal);

    /// <summary>Whether a template writes the calls of a message.</summary>
    public static bool WritesCalls(ChatTemplate template) => template.Source.Contains("tool_calls", StringComparison.Ordinal);

    /// <summary>What a system message says of tools.</summary>
    /// <param name="tools">In OpenAI's form, a list.</param>
    public static string List(JsonElement tools)
        => $"Tools:\n{string.Join('\n', tools.EnumerateArray().Select(tool => JsonSerializer.Serialize(Function(tool), Readable)))}\nTo call one, write <tool_call>{{\"name\": NAME, \"arguments\": {{…}}}}</tool_call>";

    /// <summary>The words of a message with its calls behind them; <see langword="null"/> where it has no call.</summary>
    /// <param name="message">In OpenAI's form.</param>
    public static string? WithCalls(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array || calls.GetArrayLength() == 0)
        {
            return null;
        }

        var content = message.TryGetProperty("content", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        return string.Join('\n', (string[])[.. content.Length > 0 ? [content] : Array.Empty<string>(), .. calls.EnumerateArray().Select(call => Call(Function(call)))]);
    }

    private static string Call(JsonElement function)
    {
        var name = function.TryGetProperty("name", out var given) ? given.GetRawText() : "\"\"";
        var arguments = !function.TryGetProperty("arguments", out var value) ? "{}" : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return $"<tool_call>{{\"name\": {name}, \"arguments\": {arguments}}}</tool_call>";
    }

    private static JsonElement Function(JsonElement holder) => holder.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object ? function : holder;
}
