using System.Text.Json;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Writes tool calls and tools that another format keeps as JSON text; calls get ids in order, and answers take them in order.</summary>
internal sealed class ToolCallWriter
{
    private readonly Queue<string> _open = new();
    private int _calls;

    public void Reset()
    {
        _open.Clear();
        _calls = 0;
    }

    /// <summary>The id for the next tool message; the call it answers is the oldest open one, else the last one again.</summary>
    public string NextAnswerId() => _open.TryDequeue(out var id) ? id : $"call_{_calls}";

    /// <summary>Forgets calls that the conversation left open.</summary>
    public void CloseOpenCalls() => _open.Clear();

    /// <summary>Writes the elements of <c>tool_calls</c> from the text of one call or of an array of calls; false where it is none.</summary>
    public bool TryWriteCalls(Utf8JsonWriter writer, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var calls = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : new[] { root };
            if (calls.Length == 0 || !Array.TrueForAll(calls, IsCall))
            {
                return false;
            }

            foreach (var call in calls)
            {
                WriteCall(writer, call);
            }

            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Writes <c>tools</c> in OpenAI's shape from an array, or from the text of one; an empty text is no tools. False where it is none.</summary>
    public static bool TryWriteTools(Utf8JsonWriter writer, JsonElement tools)
    {
        if (tools.ValueKind == JsonValueKind.Null || (tools.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(tools.GetString())))
        {
            return true;
        }

        try
        {
            using var document = tools.ValueKind == JsonValueKind.String ? JsonDocument.Parse(tools.GetString()!) : null;
            var list = document?.RootElement ?? tools;
            if (list.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            if (list.GetArrayLength() == 0)
            {
                return true;
            }

            writer.WriteStartArray("tools"u8);
            foreach (var tool in list.EnumerateArray())
            {
                WriteTool(writer, tool);
            }

            writer.WriteEndArray();
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsCall(JsonElement call)
        => call.ValueKind == JsonValueKind.Object && call.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
            && call.TryGetProperty("arguments", out _);

    private static void WriteTool(Utf8JsonWriter writer, JsonElement tool)
    {
        if (tool.ValueKind == JsonValueKind.Object && tool.TryGetProperty("function", out _))
        {
            tool.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "function"u8);
        writer.WritePropertyName("function"u8);
        tool.WriteTo(writer);
        writer.WriteEndObject();
    }

    private void WriteCall(Utf8JsonWriter writer, JsonElement call)
    {
        var id = $"call_{++_calls}";
        _open.Enqueue(id);
        var arguments = call.GetProperty("arguments");
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("type"u8, "function"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("name"u8, call.GetProperty("name").GetString());
        writer.WriteString("arguments"u8, arguments.ValueKind == JsonValueKind.String ? arguments.GetString() : arguments.GetRawText());
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
